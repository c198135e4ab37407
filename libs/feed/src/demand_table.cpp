#include "feed/demand_table.hpp"
