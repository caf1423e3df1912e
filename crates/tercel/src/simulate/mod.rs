//! Rehearsal of a whole trial from published equations.
