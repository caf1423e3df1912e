//! Published values, one paper or data set a file.

mod admiralonco;
mod binomial_r;
mod eisenhauer2009recist;
mod lencioni2010mrecist;
mod pknca;
mod survival_r;
