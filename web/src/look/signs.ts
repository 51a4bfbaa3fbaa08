// Shapes of the states. Shape comes first, then edge, then word; colour is last.

export type SignName = "late" | "watch" | "above" | "good" | "no_data" | "not_rated" | "clock" | "problem";

/** Paths in a box of 16 by 16. */
export const SIGNS: Record<SignName, string> = {
  late: "M0 1h16L8 15z",
  watch: "M8 0l8 8-8 8-8-8z",
  above: "M0 15h16L8 1z",
  good: "M8 1a7 7 0 100 14A7 7 0 008 1zm0 2.5a4.5 4.5 0 110 9 4.5 4.5 0 010-9z",
  no_data:
    "M0 0h16v16H0zm2 2v4l4-4zm6.5 0L2 8.5v3.2L11.7 2zM14 2L2 14h3.5L14 5.5zm0 6.3L8.3 14h3.2L14 11.5z",
  not_rated: "M1 6.5h14v3H1z",
  clock:
    "M8 0a8 8 0 100 16A8 8 0 008 0zm0 2.2a5.8 5.8 0 110 11.6A5.8 5.8 0 018 2.2zM7 4v4.7l3.4 2 1-1.7L9 7.6V4z",
  problem: "M8 0a8 8 0 100 16A8 8 0 008 0zM6.9 3.5h2.2v5.6H6.9zM8 10.6a1.3 1.3 0 110 2.6 1.3 1.3 0 010-2.6z",
};
