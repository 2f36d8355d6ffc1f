/* Keys: how tasks take them, wait for them and let them go, with crashes.

   Models docs/adr/0014: two keys, a lock A and a limited key B; tasks that need one or both; two workers, of
   which the first may crash at any moment; the taking back of its tasks; cancels, whose second transaction may
   never come (plain SQL has none); the sweep.
   A task's row is in ready, parked under one key, running, or over. Rank is the task's number.

   What a transaction writes is seen by others when it commits. It locks the task's row first (others pass it
   over), then the keys in ascending order, and then looks: from there to the commit is one step, because all
   who decide about a key hold its lock. A settlement takes its holder row away before it waits for the keys,
   which the others do not see until it commits. Who crashes before that leaves nothing behind.
   Left out: batches of several tasks, limits that differ between tasks of one key, time, pauses, rate limits, lost
   answers, false deaths.

   Asserted: no task starts where as many hold a key as it allows; who holds keys runs, and who runs holds all of
   its own; when nothing can move any more, no task is left and nothing is locked.

   Run:  spin -a keys.pml && gcc -O2 -DSAFETY -DCOLLAPSE -o pan pan.c && ./pan -m200000 -E
   (trail of an error: spin -t -p -g -l keys.pml, with the same defines)
   Budgets (spin -DNAME=n): NT tasks (3 or 4), CRASH, CANCELS, RETRIES. -DLIMIT=n: how many may hold B.
   -DNOSWEEP: nobody sweeps. With CANCELS=0 all the same nobody is forgotten; with cancels somebody is.
   Planted bugs (spin -DNAME), each of which breaks an assertion:
     BUG_NOLOCK   a claim looks at its keys without their locks
     BUG_ONEKEY   a task that needs both keys takes the first while the second is not free
     BUG_OLDLOOK  a settlement does not look at who is parked after it has the locks, but before
                  (with -DNOSWEEP -DCANCELS=0; else the sweep makes it good) */
#ifndef NT
#define NT 4
#endif
#ifndef CRASH
#define CRASH 1
#endif
#ifndef CANCELS
#define CANCELS 1
#endif
#ifndef RETRIES
#define RETRIES 1
#endif
#ifndef LIMIT
#define LIMIT 1
#endif
#define READY 0
#define PARKED 1 /* under A; PARKED + 1: under B */
#define RUN 3
#define OVER 4
#define NOBODY 9
#define needs(t, k) ((need[t] >> (k)) & 1)
#define room(k) ((k) == 0 -> 1 : LIMIT)

byte need[4];  /* bit 0: A, bit 1: B */
byte place[NT];
byte owner[NT];
bit  rowlock[NT];
byte keylock[2]; /* 0: free, else who has it, from 1 */
byte held[2];
byte holds[NT];
bit  dead;
byte crashes = CRASH, cancels = CANCELS, retries = RETRIES;

inline check() {
  d_step {
    c = 0;
    do
    :: c < NT ->
      assert((place[c] == RUN -> holds[c] == need[c] : holds[c] == 0));
      c++
    :: else -> break
    od;
    assert(held[0] <= room(0) && held[1] <= room(1));
    c = 0
  }
}

/* Shares out what is free of the keys in `set`, which are locked, in the order of ranks, between the task `mine`
   that is about to run and those that are parked. */
inline share(set, mine) {
  d_step {
    virtual[0] = held[0]; virtual[1] = held[1]; shut[0] = 0; shut[1] = 0; c = 0;
    do
    :: c < NT ->
      if
      :: c == mine ->
        if
        :: needs(c, 0) && (shut[0] || virtual[0] >= room(0)) -> place[c] = PARKED; shut[0] = 1
        :: else ->
          if
          :: needs(c, 1) && (shut[1] || virtual[1] >= room(1)) -> place[c] = PARKED + 1; shut[1] = 1;
#ifdef BUG_ONEKEY
             if :: needs(c, 0) -> held[0]++; holds[c] = 1 :: else fi
#endif
          :: else ->
             k = 0;
             do
             :: k < 2 ->
               if :: needs(c, k) -> assert(held[k] < room(k)); held[k]++; virtual[k]++; holds[c] = holds[c] | (1 << k)
               :: else fi;
               k++
             :: else -> break
             od;
             place[c] = RUN
          fi
        fi
      :: c != mine && !rowlock[c] && (place[c] == PARKED || place[c] == PARKED + 1) ->
        k = place[c] - PARKED;
        if
        :: ((set >> k) & 1) && !shut[k] ->
          if
          :: virtual[k] < room(k) -> virtual[k]++; place[c] = READY
          :: else -> shut[k] = 1
          fi
        :: else
        fi
      :: else
      fi;
      c++
    :: else -> break
    od;
    c = 0; k = 0; virtual[0] = 0; virtual[1] = 0; shut[0] = 0; shut[1] = 0
  }
}

inline letgo(t) {
  d_step {
    if :: holds[t] & 1 -> held[0]-- :: else fi;
    if :: holds[t] & 2 -> held[1]-- :: else fi;
    holds[t] = 0
  }
}

inline unlock(me) {
  d_step {
    if :: keylock[0] == me -> keylock[0] = 0 :: else fi;
    if :: keylock[1] == me -> keylock[1] = 0 :: else fi
  }
}

/* In ascending order. A worker that crashes here leaves nothing behind. */
inline lock(set, me) {
  if :: set & 1 -> atomic { keylock[0] == 0 -> keylock[0] = me } :: else fi;
  if :: set & 2 -> atomic { keylock[1] == 0 -> keylock[1] = me } :: else fi
}

proctype Worker(byte me) {
  byte t, c, k, seen;
  byte virtual[2];
  bit shut[2];
  do
  :: atomic { me == 1 && crashes > 0 && !dead -> crashes--; dead = 1; goto end }
  :: atomic { place[0] == READY && !rowlock[0] -> t = 0; rowlock[0] = 1 }; goto claim
  :: atomic { place[1] == READY && !rowlock[1] -> t = 1; rowlock[1] = 1 }; goto claim
  :: atomic { place[2] == READY && !rowlock[2] -> t = 2; rowlock[2] = 1 }; goto claim
#if NT > 3
  :: atomic { place[3] == READY && !rowlock[3] -> t = 3; rowlock[3] = 1 }; goto claim
#endif
  :: atomic { place[0] == RUN && owner[0] == me && !rowlock[0] -> t = 0; rowlock[0] = 1 }; goto settle
  :: atomic { place[1] == RUN && owner[1] == me && !rowlock[1] -> t = 1; rowlock[1] = 1 }; goto settle
  :: atomic { place[2] == RUN && owner[2] == me && !rowlock[2] -> t = 2; rowlock[2] = 1 }; goto settle
#if NT > 3
  :: atomic { place[3] == RUN && owner[3] == me && !rowlock[3] -> t = 3; rowlock[3] = 1 }; goto settle
#endif
  next: t = 0
  od;

claim:
#ifdef BUG_NOLOCK
  atomic { seen = (needs(t, 0) && held[0] >= room(0) -> 1 : (needs(t, 1) && held[1] >= room(1) -> 2 : 0)) };
  atomic {
    if
    :: seen -> place[t] = PARKED + seen - 1
    :: else ->
      if :: needs(t, 0) -> held[0]++ :: else fi;
      if :: needs(t, 1) -> held[1]++ :: else fi;
      holds[t] = need[t]; place[t] = RUN; owner[t] = me
    fi;
    rowlock[t] = 0; seen = 0; check(); goto next
  };
#else
  lock(need[t], me);
  if
  :: atomic { me == 1 && crashes > 0 -> crashes--; dead = 1; unlock(me); rowlock[t] = 0; goto end }
  :: atomic {
       share(need[t], t);
       if :: place[t] == RUN -> owner[t] = me :: else fi;
       rowlock[t] = 0; unlock(me); check(); goto next
     }
  fi;
#endif

settle:
#ifdef BUG_OLDLOOK
  atomic {
    seen = 0;
    if :: place[0] == PARKED || place[0] == PARKED + 1 -> seen = seen | 1 :: else fi;
    if :: place[1] == PARKED || place[1] == PARKED + 1 -> seen = seen | 2 :: else fi;
    if :: place[2] == PARKED || place[2] == PARKED + 1 -> seen = seen | 4 :: else fi;
#if NT > 3
    if :: place[3] == PARKED || place[3] == PARKED + 1 -> seen = seen | 8 :: else fi
#endif
  };
#endif
  lock(need[t], me);
  if
  :: atomic { me == 1 && crashes > 0 -> crashes--; dead = 1; unlock(me); rowlock[t] = 0; goto end }
  :: atomic {
       if :: retries > 0 -> retries--; place[t] = READY :: place[t] = OVER fi;
       owner[t] = 0; letgo(t); rowlock[t] = 0;
#ifdef BUG_OLDLOOK
       if :: seen -> share(need[t], NOBODY) :: else fi;
       seen = 0;
#else
       share(need[t], NOBODY);
#endif
       unlock(me); check(); goto next
     }
  fi;
end: skip
}

/* Takes back what the dead worker held. */
proctype Reaper() {
  byte t, c, k;
  byte virtual[2];
  bit shut[2];
  do
  :: atomic { dead && place[0] == RUN && owner[0] == 1 && !rowlock[0] -> t = 0; rowlock[0] = 1 }; goto back
  :: atomic { dead && place[1] == RUN && owner[1] == 1 && !rowlock[1] -> t = 1; rowlock[1] = 1 }; goto back
  :: atomic { dead && place[2] == RUN && owner[2] == 1 && !rowlock[2] -> t = 2; rowlock[2] = 1 }; goto back
#if NT > 3
  :: atomic { dead && place[3] == RUN && owner[3] == 1 && !rowlock[3] -> t = 3; rowlock[3] = 1 }; goto back
#endif
  next: t = 0
  od;
back:
  lock(need[t], 3);
  atomic {
    place[t] = READY; owner[t] = 0; letgo(t); rowlock[t] = 0; share(need[t], NOBODY); unlock(3); check();
    goto next
  }
}

/* Ends what has not begun; lets others have its keys in a second transaction, or never. */
proctype Canceller() {
  byte t, c, k;
  byte virtual[2];
  bit shut[2];
  do
  :: atomic { cancels > 0 && place[0] < RUN && !rowlock[0] -> cancels--; place[0] = OVER; t = 0 }; goto pass
  :: atomic { cancels > 0 && place[1] < RUN && !rowlock[1] -> cancels--; place[1] = OVER; t = 1 }; goto pass
  :: atomic { cancels > 0 && place[2] < RUN && !rowlock[2] -> cancels--; place[2] = OVER; t = 2 }; goto pass
  :: break
  next: t = 0
  od;
  goto end;
pass:
  if :: goto next :: skip fi;
  lock(need[t], 4);
  atomic { share(need[t], NOBODY); unlock(4); check(); goto next };
end: skip
}

/* Promotes for a key that has room while somebody waits for it. */
proctype Sweep() {
  byte t, c, k;
  byte virtual[2];
  bit shut[2];
#ifndef NOSWEEP
  do
  :: held[0] < room(0) && (place[0] == PARKED || place[1] == PARKED || place[2] == PARKED) ->
     lock(1, 5); atomic { share(1, NOBODY); unlock(5); check() }
  :: held[1] < room(1) && (place[0] == PARKED + 1 || place[1] == PARKED + 1 || place[2] == PARKED + 1) ->
     lock(2, 5); atomic { share(2, NOBODY); unlock(5); check() }
#if NT > 3
  :: held[0] < room(0) && place[3] == PARKED -> lock(1, 5); atomic { share(1, NOBODY); unlock(5); check() }
  :: held[1] < room(1) && place[3] == PARKED + 1 -> lock(2, 5); atomic { share(2, NOBODY); unlock(5); check() }
#endif
  od
#endif
  skip
}

active proctype Main() {
  byte t;
  atomic {
    need[0] = 1; need[1] = 3; need[2] = 2; need[3] = 3;
    run Worker(1); run Worker(2); run Reaper(); run Canceller(); run Sweep()
  };
  timeout ->
  t = 0;
  do
  :: t < NT -> assert(place[t] == OVER && !rowlock[t]); t++
  :: else -> break
  od;
  assert(keylock[0] == 0 && keylock[1] == 0 && held[0] == 0 && held[1] == 0)
}
