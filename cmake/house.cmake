# What every target of the project shares: language, warnings, sanitizers, and the shape of a test.
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(STRIKE_SANITIZE "" CACHE STRING "address or thread")

find_program(CCACHE ccache)
if(CCACHE)
  # precompiled headers are cached only when told that the times of their files do not matter
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${CCACHE}")
endif()

add_library(house INTERFACE)
target_compile_features(house INTERFACE cxx_std_23)
# -Wno-missing-field-initializers: g++ 12 warns of members left out of a designated initialiser though they have defaults
# -Wno-restrict, -Wno-stringop-overread, -Wno-stringop-overflow, -Wno-array-bounds: false alarms of g++ 12 on
# std::string's operator+ and on moved small vectors; the sanitizers see the true ones
# -ffp-contract=off: a multiply and an add are never fused, so that the same run gives the same fills on every machine
target_compile_options(house INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Wno-missing-field-initializers
                       -Wno-restrict -Wno-stringop-overread -Wno-stringop-overflow -Wno-array-bounds
                       -ffp-contract=off)
if(STRIKE_SANITIZE STREQUAL "address")
  # -Wno-maybe-uninitialized: with sanitizers g++ 12 loses track of simdjson's results
  target_compile_options(house INTERFACE -fsanitize=address,undefined -fno-sanitize=null -fno-omit-frame-pointer
                         -Wno-maybe-uninitialized)
  target_link_options(house INTERFACE -fsanitize=address,undefined)
elseif(STRIKE_SANITIZE STREQUAL "thread")
  target_compile_options(house INTERFACE -fsanitize=thread -Wno-maybe-uninitialized)
  target_link_options(house INTERFACE -fsanitize=thread)
endif()

# strike_test(base SOURCES price_test.cpp LIBS base): one test program per target, every test with a time limit.
function(strike_test target)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${target}_test ${arg_SOURCES})
  target_link_libraries(${target}_test PRIVATE ${arg_LIBS} house GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${target}_test PRIVATE STRIKE_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
  include(GoogleTest)
  gtest_discover_tests(${target}_test PROPERTIES TIMEOUT 120 DISCOVERY_TIMEOUT 60)
endfunction()
