#include "feed/intake.hpp"
