# embed_file(strike_core strike_toml "${CMAKE_SOURCE_DIR}/deploy/strike.example.toml")
#
# Compiles a file into a target: `#include "embedded_strike_toml.hpp"` gives `std::string_view
# strike::embedded::strike_toml`. Written again whenever the file changes. For text or binary of up to some hundred KB,
# of which g++ compiles about 500 KB a second.
function(embed_file target name file)
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/embedded")
  set(script "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/write_embedded.cmake")
  get_filename_component(file "${file}" ABSOLUTE)
  add_custom_command(
    OUTPUT "${folder}/embedded_${name}.cpp" "${folder}/embedded_${name}.hpp"
    COMMAND "${CMAKE_COMMAND}" "-DINPUT=${file}" "-DFOLDER=${folder}" "-DNAME=${name}" -P "${script}"
    DEPENDS "${file}" "${script}" VERBATIM)
  target_sources(${target} PRIVATE "${folder}/embedded_${name}.cpp" "${folder}/embedded_${name}.hpp")
  target_include_directories(${target} PRIVATE "${folder}")
endfunction()
