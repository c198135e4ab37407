# Build step of embed_file: writes the bytes of INPUT as C++ to FOLDER, under NAME.
file(READ "${INPUT}" bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
file(WRITE "${FOLDER}/embedded_${NAME}.hpp" "#pragma once

#include <string_view>

namespace strike::embedded {
extern const std::string_view ${NAME};
} // namespace strike::embedded
")
file(WRITE "${FOLDER}/embedded_${NAME}.cpp" "#include \"embedded_${NAME}.hpp\"

namespace strike::embedded {
static constexpr char bytes[] = {${bytes}'\\0'};
constinit const std::string_view ${NAME}{bytes, sizeof bytes - 1};
} // namespace strike::embedded
")
