# strike_embed(replay_core FILE data/venues.toml AS strike::replay::venues_toml)
#
# Compiles a file into a target as `std::string_view strike::replay::venues_toml()`, which its user declares. Written
# again whenever the file changes. Meant for up to some hundred KB: g++ takes about a second for each 500 KB.
function(strike_embed target)
  cmake_parse_arguments(arg "" "FILE;AS" "" ${ARGN})
  set(input "${CMAKE_CURRENT_SOURCE_DIR}/${arg_FILE}")
  string(REPLACE "::" "_" stem "${arg_AS}")
  set(output "${CMAKE_CURRENT_BINARY_DIR}/embedded/${stem}.cpp")
  set(script "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/write_embedded.cmake")
  add_custom_command(OUTPUT "${output}" DEPENDS "${input}" "${script}" VERBATIM
    COMMAND "${CMAKE_COMMAND}" "-DINPUT=${input}" "-DOUTPUT=${output}" "-DNAME=${arg_AS}" -P "${script}")
  target_sources(${target} PRIVATE "${output}")
endfunction()
