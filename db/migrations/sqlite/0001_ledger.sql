-- The ledger: every fact, for ever. What follows below it can be rebuilt from it, or is a debt to the outside world.

create table ledger_event (
  seq        integer primary key check (seq > 0),
  request_no integer check (request_no > 0),
  version    integer check (version > 0),
  type       text    not null,
  actor      text    not null,
  at         integer not null check (at >= 0),
  body       blob    not null,
  -- A digest of each message that it owes.
  owed       blob    check (length(owed) > 0 and length(owed) % 16 = 0),
  prev_hash  blob    not null check (length(prev_hash) = 32),
  hash       blob    not null check (length(hash) = 32),
  unique (request_no, version),
  check ((request_no is null) = (version is null))
) strict;

create index ledger_event_global on ledger_event (type, at) where request_no is null;

-- Append-only, also against REPLACE: a row is only ever added at the end, continues the chain and its time, and takes no
-- other's place.
create trigger ledger_event_append before insert on ledger_event begin
  select raise(abort, 'ledger: an event must be the next one')
   where new.seq is not coalesce((select max(seq) from ledger_event), 0) + 1;
  select raise(abort, 'ledger: an event must carry the hash of the one before it')
   where new.prev_hash is not coalesce((select hash from ledger_event order by seq desc limit 1), zeroblob(32));
  select raise(abort, 'ledger: an event must not be earlier than the one before it')
   where new.at < (select at from ledger_event order by seq desc limit 1);
  select raise(abort, 'ledger: an event must not take the place of another')
   where exists (select 1 from ledger_event where request_no = new.request_no and version = new.version);
end;
create trigger ledger_event_no_update before update on ledger_event begin
  select raise(abort, 'ledger: events are never changed');
end;
create trigger ledger_event_no_delete before delete on ledger_event begin
  select raise(abort, 'ledger: events are never deleted');
end;

-- Where every request stands. Written with its events; a replay of the ledger gives exactly this.
create table request (
  request_no   integer primary key check (request_no > 0),
  version      integer not null check (version > 0),
  phase        text    not null check (phase in ('pending', 'unclaimed', 'unconfirmed', 'approved', 'active',
                                                 'ended', 'closed', 'denied', 'cancelled', 'lapsed')),
  origin       text    not null check (origin in ('support', 'customer', 'emergency')),
  requester    text    not null,
  grantee      text,
  owner        text    not null,
  tenant_id    text    not null,
  scope_id     text,
  reason       text    not null,
  case_ref     text    not null,
  filed_at     integer not null,
  approved_at  integer,
  denied_at    integer,
  over_at      integer,
  started_at   integer,
  expires_at   integer,
  ended_at     integer,
  end_how      text    check (end_how in ('ended', 'expired', 'revoked')),
  -- Since when it waits to be closed out.
  closeout_since integer,
  closed_at    integer,
  review_due_at integer,
  reviewed_at  integer,
  like_it      integer not null check (like_it > 0),
  until_at     integer not null,
  due_at       integer,
  -- What matters most of its accesses in products; null where people open and remove access by hand.
  access       text    check (access in ('not_closed', 'closing', 'opening', 'extending', 'missing', 'open', 'closed')),
  check (phase not in ('active', 'ended', 'closed') or (started_at is not null and expires_at > started_at)),
  check (phase not in ('ended', 'closed') or (ended_at is not null and end_how is not null)),
  check (phase not in ('approved', 'active') or (grantee is not null and scope_id is not null)),
  -- What is not over is always due some time: that is how open requests are found.
  check (phase in ('closed', 'denied', 'cancelled', 'lapsed') or due_at is not null),
  -- What may still be open in a product is due some time, too, and nothing is closed out before it is gone.
  check (access not in ('not_closed', 'closing') or (due_at is not null and phase <> 'closed'))
) strict;

create index request_due on request (due_at) where due_at is not null;
-- Where phases change the indexes hold open requests only: they stay small, and a change writes few pages, however old
-- the ledger is.
create index request_phase on request (phase, expires_at) where due_at is not null;
create index request_requester_open on request (requester, phase) where due_at is not null;
create index request_owner_open on request (owner, phase) where due_at is not null;
create index request_grantee_open on request (grantee, tenant_id, scope_id, phase) where due_at is not null;
-- Where a product must still do something, or may let somebody in.
create index request_access on request (access, request_no)
  where access in ('not_closed', 'closing', 'opening', 'extending', 'missing', 'open');
-- Everything that ever was, by whom and where.
create index request_requester on request (requester, filed_at);
create index request_grantee on request (grantee, filed_at);
create index request_owner on request (owner, filed_at);
create index request_tenant on request (tenant_id, filed_at);
create index request_denied on request (requester, tenant_id, scope_id, denied_at) where denied_at is not null;
create index request_denied_at on request (denied_at) where denied_at is not null;
create index request_filed on request (filed_at);
-- What is rare enough to be looked for by itself.
create index request_emergency on request (filed_at) where origin = 'emergency';
create index request_revoked on request (filed_at) where end_how = 'revoked';
create index request_approved on request (approved_at) where approved_at is not null;
create index request_started on request (started_at) where started_at is not null;
create index request_ended on request (ended_at) where ended_at is not null;
create index request_over on request (over_at) where over_at is not null;
-- Who is in a tenant now: what products ask at each of their pages.
create index request_active on request (tenant_id, expires_at) where phase = 'active';
create index request_review on request (review_due_at) where review_due_at is not null and reviewed_at is null;

-- Which answers a request waits for, or has.
create table seat (
  request_no integer not null references request (request_no),
  holder     text    not null,
  given_by   text,
  took_ms    integer,
  primary key (request_no, holder)
) strict, without rowid;
create index seat_waiting on seat (holder) where given_by is null;

-- Who answers for whom.
create table absence (
  approver text primary key,
  from_at  integer not null,
  until_at integer not null check (until_at > from_at),
  delegate text    not null check (delegate <> approver)
) strict, without rowid;

-- What was done within an hour of the last of it that makes messages go to others, so that nobody does too much of it.
create table recent_act (
  -- The event that says so.
  seq       integer primary key check (seq > 0),
  what      text    not null,
  actor     text    not null,
  tenant_id text,
  at        integer not null
) strict;
create index recent_act_actor on recent_act (actor, what, at);
create index recent_act_tenant on recent_act (tenant_id, what, at) where tenant_id is not null;
create index recent_act_at on recent_act (at);

-- One digest a week.
create table digest_week (
  week     text primary key,
  from_at  integer not null,
  until_at integer not null
) strict, without rowid;

-- What happened in an hour that is over, counted: what the review of many of them adds up.
create table hour_figures (
  -- Its beginning, in milliseconds since 1970.
  hour integer primary key check (hour % 3600000 = 0),
  body text    not null
) strict;

-- The ledger went on from a backup: what happened between the two is not in it.
create table restoration (
  -- The event that says so.
  seq          integer primary key,
  at           integer not null,
  -- Tells messages that are owed from then on from those of the same number that were lost.
  mark         text    not null unique check (length(mark) = 8),
  -- The last event before it, in the backup.
  from_seq     integer not null check (from_seq = seq - 1),
  from_at      integer not null,
  copied_at    integer,
  -- Events that are not in it, if that is known; exactly so many, or at least.
  missing      integer check (missing > 0),
  exact        integer not null check (exact in (0, 1)),
  -- Numbers below this may have been given.
  next_no      integer not null check (next_no > 0),
  confirmed_by text,
  confirmed_at integer,
  -- 1 once what may have happened meanwhile was dealt with. Not of the ledger.
  settled      integer not null default 0 check (settled in (0, 1)),
  check ((confirmed_by is null) = (confirmed_at is null))
) strict;

create index restoration_at on restoration (at);

-- In a copy, and in nothing else: which event it ends with, and when it was made.
create table copy_mark (
  only    integer primary key check (only = 1),
  seq     integer not null check (seq > 0),
  hash    blob    not null check (length(hash) = 32),
  made_at integer
) strict;

-- What the last policy said, so that the next one can be compared. Its hash stands in the ledger.
create table kept_policy (
  only   integer primary key check (only = 1),
  sha256 text    not null check (length(sha256) = 64),
  record text    not null
) strict;
create table kept_tenant (
  id     text primary key,
  record text not null
) strict, without rowid;

-- What became of a delivery of Slack's, so that its repetition has no second effect.
create table delivery (
  key     text primary key,
  at      integer not null,
  outcome text    not null
) strict, without rowid;
create index delivery_at on delivery (at);

-- What the outside world must still be told.
create table outbox (
  id            integer primary key autoincrement,
  -- The event that owes it.
  seq           integer not null check (seq > 0),
  key           text    not null unique,
  destination   text    not null,
  body          text    not null,
  state         text    not null default 'owed' check (state in ('owed', 'sent', 'failed', 'moot', 'dropped')),
  attempts      integer not null default 0,
  owed_at       integer not null,
  next_at       integer not null,
  claimed_until integer,
  in_doubt      integer not null default 0 check (in_doubt in (0, 1)),
  -- Since when the place does not take it; it is still tried.
  refused_since integer check (refused_since is null or state = 'owed'),
  last_error    text,
  settled_at    integer
) strict;
create index outbox_owed on outbox (destination, id) where state = 'owed';
create index outbox_next on outbox (next_at) where state = 'owed';
create index outbox_refused on outbox (destination) where state = 'owed' and refused_since is not null;
create index outbox_failed on outbox (id) where state = 'failed';
create index outbox_settled on outbox (state, settled_at) where settled_at is not null;

-- Written, and emptied again, to see whether writing works: a row takes more room than a page has left.
create table readiness_probe (
  filler blob not null
) strict;

-- Which message shows what, so that it can be brought up to date.
create table slack_message (
  request_no  integer not null references request (request_no),
  destination text    not null,
  -- 0 is the card; any other number the event whose notice it is.
  version     integer not null,
  channel     text    not null,
  ts          text    not null,
  shown       text    not null,
  primary key (request_no, destination, version)
) strict, without rowid;

-- The same for what is about no one request.
create table global_message (
  key     text primary key,
  channel text not null,
  ts      text not null
) strict, without rowid;

-- A link that was mailed: what it opens, and for whom. Of the link itself and of its code only a hash is kept.
create table link (
  hash        text    primary key,
  code_hash   text    not null,
  purpose     text    not null check (purpose in ('consent', 'extension', 'cancel', 'report', 'tenant')),
  email       text    not null,
  tenant_id   text    not null,
  request_no  integer references request (request_no),
  version     integer,
  expires_at  integer not null,
  wrong_codes integer not null default 0,
  used_at     integer,
  check ((request_no is null) = (purpose = 'tenant') and (version is null) = (request_no is null))
) strict, without rowid;
create index link_expires on link (expires_at);

-- What products say was done in a session. Never changed; what an event of the ledger keeps of each batch is its hash.
create table reported_action (
  -- The event, and the action's place in its batch.
  seq        integer not null references ledger_event (seq),
  place      integer not null check (place >= 0),
  request_no integer not null references request (request_no),
  product    text    not null,
  -- The product's own id of it: told again, it is not stored again.
  action_id  text    not null check (length(action_id) between 1 and 100),
  at         integer not null,
  what       text    not null check (length(what) > 0),
  target     text,
  level      text    not null check (level in ('read', 'change', 'admin', 'danger')),
  outcome    text    not null check (outcome in ('done', 'failed', 'denied')),
  -- Done when the session was over.
  late       integer not null check (late in (0, 1)),
  primary key (seq, place),
  unique (request_no, product, action_id)
) strict, without rowid;
create index reported_action_newest on reported_action (request_no, at, seq, place);
create trigger reported_action_with_event before insert on reported_action begin
  select raise(abort, 'reported_action: an action comes with the newest event, which tells of it')
   where not exists (select 1 from ledger_event where seq = new.seq and type = 'actions.reported'
                        and seq = (select max(seq) from ledger_event));
  select raise(abort, 'reported_action: an action must not take the place of another')
   where exists (select 1 from reported_action
                  where (seq = new.seq and place = new.place)
                     or (request_no = new.request_no and product = new.product and action_id = new.action_id));
end;
create trigger reported_action_no_update before update on reported_action begin
  select raise(abort, 'reported_action: what was told is never changed');
end;
create trigger reported_action_no_delete before delete on reported_action begin
  select raise(abort, 'reported_action: what was told is never deleted');
end;
