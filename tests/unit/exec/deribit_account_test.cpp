#include "deribit_kit.hpp"
