#pragma once

namespace strike::match {

/// exp, ln and x^n made of +, -, x and / only, so that they give the same bits on every machine (the C library's differ
/// between processors and versions). Relative error below 1e-14.
double portable_exp(double x);
double portable_log(double x);           ///< x > 0
double portable_pow(double x, double n); ///< x >= 0; exact repeated multiplication for small whole n
/// Quantile of the standard normal, 0 < p < 1; absolute error below 1e-8 (Acklam's rational approximation).
double portable_normal_quantile(double p);

} // namespace strike::match
