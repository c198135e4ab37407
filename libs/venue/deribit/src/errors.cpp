#include "deribit/errors.hpp"

#include <algorithm>
#include <array>

namespace strike::deribit {

namespace {

struct row {
  std::int64_t code;
  remedy what;
};
using enum remedy;

/// Source: Deribit API v2, section "Errors"; ascending.
constexpr std::array table = {
    row{-32700, never}, row{-32602, never},  row{-32601, never},  row{-32600, never},  row{-32000, never},
    row{10000, log_in}, row{10001, unknown}, row{10002, never},   row{10003, never},   row{10004, closed},
    row{10005, never},  row{10006, never},   row{10007, never},   row{10009, never},   row{10010, closed},
    row{10011, never},  row{10012, never},   row{10013, never},   row{10014, never},   row{10015, never},
    row{10016, never},  row{10017, never},   row{10018, never},   row{10019, retry},   row{10020, never},
    row{10021, never},  row{10022, never},   row{10023, never},   row{10024, never},   row{10025, never},
    row{10026, never},  row{10027, never},   row{10028, retry},   row{10029, never},   row{10030, never},
    row{10031, never},  row{10032, never},   row{10033, never},   row{10034, never},   row{10035, never},
    row{10036, never},  row{10037, never},   row{10038, never},   row{10039, never},   row{10040, retry},
    row{10041, retry},  row{10043, never},   row{10044, never},   row{10045, never},   row{10046, never},
    row{10047, retry},  row{10048, retry},   row{10049, retry},   row{10050, unknown}, row{10066, retry},
    row{10072, never},  row{11008, closed},  row{11013, never},   row{11021, never},   row{11022, never},
    row{11029, never},  row{11030, never},   row{11031, unknown}, row{11035, never},   row{11036, never},
    row{11037, never},  row{11038, never},   row{11039, never},   row{11041, never},   row{11042, never},
    row{11043, never},  row{11044, closed},  row{11046, never},   row{11047, never},   row{11049, never},
    row{11050, never},  row{11051, retry},   row{11052, never},   row{11054, never},   row{11055, never},
    row{11056, log_in}, row{11059, never},   row{11060, never},   row{11094, unknown}, row{11098, never},
    row{13004, never},  row{13009, log_in},  row{13012, never},   row{13019, never},   row{13020, never},
    row{13021, never},  row{13025, retry},   row{13028, unknown}, row{13030, retry},   row{13032, never},
    row{13035, retry},  row{13036, retry},   row{13040, never},   row{13042, never},   row{13043, retry},
    row{13403, never},  row{13503, retry},   row{13666, never},   row{13668, never},   row{13777, never},
    row{13778, log_in}, row{13780, retry},   row{13888, never},   row{13901, never},   row{13902, never},
    row{13903, retry},  row{13922, never},
};
static_assert(std::ranges::is_sorted(table, {}, &row::code));

const row* find(std::int64_t code) {
  const auto* at = std::ranges::lower_bound(table, code, {}, &row::code);
  return at != table.end() && at->code == code ? at : nullptr;
}

} // namespace

remedy remedy_of(std::int64_t code) {
  const auto* at = find(code);
  return at ? at->what : never;
}
bool is_known_error(std::int64_t code) { return find(code) != nullptr; }

} // namespace strike::deribit
