#include "feed/market_publisher.hpp"
