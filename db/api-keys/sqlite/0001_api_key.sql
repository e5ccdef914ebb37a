-- The keys by which products ask. A file of its own, beside the ledger: the operator's tool writes it while the program
-- runs, and a ledger that is restored brings no revoked key back. Of a key only the SHA-256 is here.

create table if not exists api_key (
  id           text    primary key check (id glob '[a-z0-9]*' and length(id) = 12),
  name         text    not null check (length(name) between 1 and 80),
  hash         blob    not null check (length(hash) = 32),
  -- JSON: a list of tenants' ids, or "any".
  tenants      text    not null check (json_valid(tenants)),
  -- JSON: a list of kinds of question.
  questions    text    not null check (json_valid(questions)),
  made_at      integer not null check (made_at >= 0),
  revoked_at   integer check (revoked_at >= 0),
  last_used_at integer
) strict, without rowid;

-- A revoked key stays revoked, and what a key may ask is never widened: whoever needs more gets another.
create trigger if not exists api_key_only_ends before update on api_key begin
  select raise(abort, 'api_key: what a key is for is never changed')
   where new.id <> old.id or new.name <> old.name or new.hash <> old.hash or new.tenants <> old.tenants
      or new.questions <> old.questions or new.made_at <> old.made_at;
  select raise(abort, 'api_key: a revoked key stays revoked')
   where old.revoked_at is not null and new.revoked_at is not old.revoked_at;
end;
create trigger if not exists api_key_no_delete before delete on api_key begin
  select raise(abort, 'api_key: keys are revoked, not deleted');
end;
