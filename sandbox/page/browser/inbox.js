// The inbox grows by itself: new mails are put on top, and what is being read stays as it is.
const list = document.querySelector('#mails');
let asking = false;

async function refresh() {
  if (asking) return;
  asking = true;
  try {
    const response = await fetch('/inbox');
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    const mails = [...fresh.querySelectorAll('.mail')].filter(
      (one) => document.getElementById(one.id) === null,
    );
    if (mails.length === 0) return;
    list.querySelector('.none')?.remove();
    list.prepend(...mails.map((one) => document.adoptNode(one)));
  } finally {
    asking = false;
  }
}

new EventSource('/ui/changes').addEventListener('message', refresh);
