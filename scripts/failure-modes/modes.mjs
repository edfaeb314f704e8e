/** What has gone wrong in real online migrations, and what keeps it from happening here. Each needs a test that names it. */
export const failureModes = {
  1: [
    'an update that commits between the backfill’s read and its write is lost',
    'the authority’s rows are locked before they are read',
  ],
  2: [
    'a deleted row comes back, or a row that came back is deleted',
    'both sides are locked before either is judged',
  ],
  3: [
    'a row commits behind the cursor of the backfill',
    'dual write is on before: it carries its own twin; the gate wants a clean verification',
  ],
  4: [
    'a transaction from before dual write commits behind the backfill’s back',
    'a fence: nothing is copied before every older transaction is gone',
  ],
  5: [
    'during a deploy some processes act by an older phase',
    'every process reports the phase it acts by; an advance refuses while one lags',
  ],
  6: [
    'pages by offset or by a column that changes skip rows',
    'keyset on the key, strictly greater, composite keys as row values',
  ],
  7: ['backfill and live writes make two target rows for one', 'a unique identity; the later writer waits'],
  8: [
    'a conflict on another unique column hides or overwrites a row',
    'only the identity is matched; any other conflict goes to quarantine',
  ],
  9: [
    'a crash between a batch and its checkpoint counts or skips rows',
    'batch, cursor and counters are one transaction',
  ],
  10: [
    'a run continues with another mapping, key or collation',
    'the checkpoint knows all three and refuses',
  ],
  11: [
    'one poison row stops the run or is skipped in silence',
    'failing ranges are halved; the row goes to quarantine with rule and error',
  ],
  12: [
    'the backfill never ends, because rows come faster than it copies them',
    'a bound fixed at the start; what comes later is dual write’s',
  ],
  13: [
    'the backfill hangs on a row that somebody holds, and holds others meanwhile',
    'a short lock timeout; the batch lets go of its rows and begins again',
  ],
  14: [
    'a worker that was thought dead moves the cursor back',
    'a token in the checkpoint, compared in the batch’s transaction',
  ],
  15: [
    'progress beyond 100 %, or an ETA far off',
    'estimates from what is left, corrected on the way, as a range',
  ],
  16: ['one side is written and the other is not', 'both sides are written in one transaction'],
  17: [
    'two writers of a row arrive on the other side in the opposite order',
    'the authority’s row is locked before its twin is computed',
  ],
  18: [
    'a write of whole rows takes back what another path changed in another column',
    'the twin is computed from the whole row as it is now, under lock',
  ],
  19: [
    'backfill and writers deadlock',
    'one order of locks: the authority’s rows before the replica’s, by key',
  ],
  20: [
    'writes that go around the ORM’s hooks are not mirrored',
    'triggers in the database, for every writer',
  ],
  21: [
    'TRUNCATE, a replica session or a disabled trigger is not mirrored',
    'TRUNCATE is refused; triggers fire always; the installation is inspected',
  ],
  22: [
    'mirroring answers itself, or takes a write of the application for its own',
    'only what differs is written, so an answer to an answer is empty; no state in the session',
  ],
  23: [
    'a swallowed error aborts the transaction of the application',
    'a savepoint around the other side’s write; the policy says who wins',
  ],
  24: ['dual write ends too early', 'not while anybody reads from the target or the target leads'],
  25: [
    'both sides give out the same key, or a key that was deleted',
    'keys come from the legacy sequence alone, never from the highest one',
  ],
  26: [
    'the stricter target breaks writes that legacy allows',
    'refused or recorded as owed by policy, and announced before',
  ],
  27: [
    'a long transaction spans the switch',
    'the flip waits for it, or gives up in time and names who blocks',
  ],
  28: ['comparing with two statements finds differences that are none', 'one statement for each chunk'],
  29: ['the verifier does not see what JavaScript loses', 'comparison on native types in the database'],
  30: [
    'local times depend on the process or the session',
    'zones are named in the mapping and applied in SQL',
  ],
  31: [
    'numbers compared as text or as hashes',
    'typed comparison; scale, NaN and −0 as PostgreSQL sees them',
  ],
  32: [
    'json and jsonb differ in key order, duplicates, scale, NUL',
    'compared as jsonb; what jsonb cannot hold is refused by name',
  ],
  33: [
    'NULL, empty text, blanks and defaults run together',
    'null-safe comparison; a rule that joins two says so',
  ],
  34: ['a long snapshot keeps rows from being cleaned away', 'a snapshot for each chunk, and none between'],
  35: [
    'order by another collation merges rows wrongly',
    'rows are joined in SQL; keys are ordered by one collation',
  ],
  36: [
    'a resumed verification counts twice or misses the end',
    'results by chunk, first and last chunk open-ended',
  ],
  37: [
    'the verifier shares the mapper’s bug',
    'an independent comparison written by hand, and mutants of the mapping',
  ],
  38: [
    'a fix races with the application, or goes the wrong way',
    'checked again under lock; direction by authority; before-images',
  ],
  39: [
    'soft-delete or tenant filters hide rows',
    'raw SQL without filters; row-level policies make it inconclusive',
  ],
  40: ['a truncated comparison is called OK', 'coverage is part of the verdict'],
  41: [
    'a replica shows less than its reader has written or seen',
    'a replica is read only where it has replayed what the reader has seen; its lag is measured before the target leads',
  ],
  42: [
    'shadow reads slow the application down or change what it gets',
    'off the request path, in a pool of their own, with a cap, a deadline and a rest after failures',
  ],
  43: [
    'writes between the two reads look like differences',
    'both sides are read in one snapshot, and once more before a difference counts',
  ],
  44: [
    'the phase changes in the middle of a request',
    'a request keeps the phase it began with, and cannot write by another',
  ],
  45: ['a flag says something else than the data', 'the stored phase decides; flags choose only within it'],
  46: [
    'the store of flags is away and a default takes over',
    'the last known phase stays; without one a process does not start',
  ],
  47: [
    'a page token of one model is used on the other, or on another list',
    'a token names its model, sort and filters; any other one is refused',
  ],
  48: [
    'an EntityManager shows what it loaded before a write to the other side',
    'after a flush entities of the other side are read again',
  ],
  49: [
    'DDL waits for a lock and everybody waits behind it',
    'a lock timeout for each statement, then another try',
  ],
  50: ['an interrupted index build is left behind invalid', 'found by name, dropped and built again'],
  51: [
    'half of the triggers are installed',
    'the installation is inspected as a whole, and completed by the next one',
  ],
  52: [
    'a backfill lets standbys fall behind, and goes on',
    'it rests at the worst lag, and until the lag is well below; the reason stands in the ledger',
  ],
  54: ['a broken signal lets a backfill go at full speed', 'what is not known slows it down'],
  55: ['state of a session leaks through a pooler', 'settings and locks end with the transaction'],
  56: [
    'the schema changes under the migration',
    'a fingerprint in checkpoint and certificate; the difference by name',
  ],
  58: [
    'a trigger that is there does nothing',
    'a self-test with real rows in a transaction that is rolled back',
  ],
  59: [
    'somebody rolls back after the old tables are gone',
    'no such arrow; the tables are archived first, and the refusal says where',
  ],
  60: [
    'the way back has never been tried',
    'real rows go there and back before the target leads, and no emergency skips it',
  ],
  61: ['a switch is left half-done', 'each step is recorded and safe to repeat'],
  62: [
    'target-only values that legacy cannot hold',
    'counted as held by one side; never overwritten once the target has led',
  ],
  63: [
    'a rollback loses what was written after the switch',
    'the other side is written from the first moment after each flip',
  ],
  64: [
    'legacy is dropped while somebody still reads it',
    'uses are counted for a time; who and what still depends on it is named; archived before it is dropped',
  ],
  65: ['two operators switch at once', 'one lock, and the version that the operator has seen'],
  66: [
    'of two stores without a common transaction one is written, and the process dies before the other',
    'the key is in the ledger before the first write, and is copied from the side that has its truth',
  ],
  67: [
    'a new row is refused because a row that it refers to has not been copied yet',
    'the writer brings along, by their own mapping, the rows that it cannot do without',
  ],
}
