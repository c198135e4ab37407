#include "feed/endpoints.hpp"
