/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which path policy would have: module/select.c, on every combination of three paths
 * with few values each. What it says must follow from the numbers alone, not from the
 * order in which paths are looked at, and must not lead in circles.
 */
#define CLAIM(name, condition)	assert((condition) || name)

hidden byte inv12_same_outcome, no_move_to_a_worse_path, no_move_without_need,
	preferred_is_preferred, a_dead_path_is_left, the_same_numbers_settle;

#define PATHS		3
#define NONE		PATHS
#define FIT		0
#define VIOLATES	1
#define DOWN		2

/* Round trips: 0 is not measured. switch_improvement is 1.5: 4 is enough for 6 only. */
#define DELAY(p)	(srtt[p] == 0 -> 255 : srtt[p])
#define FASTER(p, q)	(srtt[p] && 3 * srtt[p] <= 2 * srtt[q])

byte fit[PATHS], class[PATHS], loss[PATHS], srtt[PATHS], held[PATHS];
byte bound;

hidden byte rank[PATHS];
hidden byte best, preferred, first_best, first_preferred, from, place, count, steps;
hidden byte move, first_move;

#ifdef WITHOUT_TIES
#define TIE(p, q)	false
#else
#define TIE(p, q)	(p < q)
#endif

#define RANKS_BEFORE(p, q)							\
	(fit[p] != fit[q] -> fit[p] < fit[q] :					\
	(class[p] != class[q] -> class[p] < class[q] :				\
	(loss[p] != loss[q] -> loss[p] < loss[q] :				\
	(DELAY(p) != DELAY(q) -> DELAY(p) < DELAY(q) :				\
	(held[p] != held[q] -> held[p] > held[q] : TIE(p, q))))))

#ifdef WITHOUT_CLASS
#define CLASS_FORBIDS(to)	false
#else
#define CLASS_FORBIDS(to)	(class[to] > class[from] && fit[from] != VIOLATES)
#endif

#ifdef WITHOUT_HYSTERESIS
#define WORTH_IT(to)	true
#else
#define WORTH_IT(to)								\
	(class[to] < class[from] ||						\
	 (!CLASS_FORBIDS(to) &&							\
	  (loss[to] != loss[from] -> loss[to] < loss[from] : FASTER(to, from))))
#endif

inline insert(p)
{
	place = count;
	count++;
	do
	:: place > 0 && RANKS_BEFORE(p, rank[place - 1]) ->
		rank[place] = rank[place - 1];
		place--
	:: else -> break
	od;
	rank[place] = p
}

/* jvpn_select(), the paths in that order */
inline choose(first, second, third)
{
	count = 0;
	insert(first);
	insert(second);
	insert(third);
	best = NONE;
	preferred = NONE;
	move = 0;
	if
	:: from == NONE || fit[from] == DOWN ->
		if
		:: fit[rank[0]] != DOWN -> best = rank[0]; move = 1
		:: else -> skip
		fi
	:: else ->
		place = 0;
		do
		:: place == PATHS || move || fit[rank[place]] != FIT -> break
		:: else ->
			if
			:: rank[place] == from -> skip
			:: rank[place] != from && WORTH_IT(rank[place]) ->
				best = rank[place];
				move = 1
			:: else ->
				if
				:: best == NONE -> best = rank[place]
				:: else -> skip
				fi
			fi;
			place++
		od;
		place = 0;
		do
		:: place == PATHS || fit[rank[place]] != FIT ||
		   class[rank[place]] >= class[from] -> break
		:: else ->
#ifndef WITHOUT_HOLD
			if
			:: held[rank[place]] -> preferred = rank[place]; break
			:: else -> place++
			fi
#else
			preferred = rank[place];
			break
#endif
		od
	fi
}

inline the_same(first, second, third)
{
	choose(first, second, third);
	CLAIM(inv12_same_outcome,
	      best == first_best && move == first_move && preferred == first_preferred)
}

inline judge()
{
	if
	:: from == NONE || fit[from] == DOWN ->
		CLAIM(a_dead_path_is_left, move ||
		      (fit[0] == DOWN && fit[1] == DOWN && fit[2] == DOWN))
	:: else ->
		CLAIM(no_move_to_a_worse_path, !move || (fit[best] == FIT &&
		      (class[best] <= class[from] || fit[from] == VIOLATES)));
		CLAIM(no_move_without_need, !move || class[best] < class[from] ||
		      loss[best] < loss[from] ||
		      (loss[best] == loss[from] && FASTER(best, from)));
		CLAIM(preferred_is_preferred, preferred == NONE || (fit[preferred] == FIT &&
		      class[preferred] < class[from] && held[preferred]))
	fi
}

init {
	byte i;

	/* What is only half chosen is no state to remember. */
	atomic {
		do
		:: i == PATHS -> break
		:: else ->
			if
			:: fit[i] = FIT
			:: fit[i] = VIOLATES
			:: fit[i] = DOWN
			fi;
			if
			:: class[i] = 0
			:: class[i] = 1
			fi;
			if
			:: loss[i] = 0
			:: loss[i] = 1
			fi;
			if
			:: srtt[i] = 0
			:: srtt[i] = 4
			:: srtt[i] = 5
			:: srtt[i] = 6
			fi;
			if
			:: held[i] = 0
			:: held[i] = 1
			fi;
			i++
		od;
		if
		:: bound = 0
		:: bound = 1
		:: bound = 2
		:: bound = NONE
		fi;
	}
	d_step {
		from = bound;
		choose(0, 1, 2);
		first_best = best;
		first_move = move;
		first_preferred = preferred;
		judge();
		the_same(0, 2, 1);
		the_same(1, 0, 2);
		the_same(1, 2, 0);
		the_same(2, 0, 1);
		the_same(2, 1, 0);
		steps = 0;
		do
		:: move && steps < PATHS ->
			from = best;
			steps++;
			choose(0, 1, 2)
		:: else -> break
		od;
		CLAIM(the_same_numbers_settle, !move);
		/* All that was judged is one state. */
		i = 0;
		do
		:: i == PATHS -> break
		:: else ->
			fit[i] = 0;
			class[i] = 0;
			loss[i] = 0;
			srtt[i] = 0;
			held[i] = 0;
			i++
		od;
		bound = 0
	}
}
