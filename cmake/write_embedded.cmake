# Build step of strike_embed: writes the bytes of INPUT as C++ to OUTPUT, behind the function NAME.
file(READ "${INPUT}" bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
string(REGEX REPLACE "(^|::)([^:]+)$" "" scope "${NAME}")
string(REGEX REPLACE "^.*::" "" function "${NAME}")
file(WRITE "${OUTPUT}" "#include <string_view>

namespace ${scope} {
static constexpr char bytes_of_${function}[] = {${bytes}'\\0'};
std::string_view ${function}();
std::string_view ${function}() { return {bytes_of_${function}, sizeof bytes_of_${function} - 1}; }
} // namespace ${scope}
")
