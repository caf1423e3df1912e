//! Published values, one paper or data set a file.

mod binomial_r;
mod pknca;
mod survival_r;
