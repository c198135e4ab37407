#include "feed/last_values.hpp"
