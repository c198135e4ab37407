# The headers that nearly every file reads, compiled once: a clean ./test takes a quarter less. Off in the dev
# preset, which thereby finds an #include that a file forgot.
option(STRIKE_PRECOMPILE "compile the common headers once" ON)

set(STRIKE_COMMON_HEADERS
    <algorithm> <array> <charconv> <chrono> <cmath> <cstdint> <cstring> <deque> <expected> <filesystem> <functional>
    <limits> <map> <memory> <mutex> <optional> <random> <set> <span> <string> <string_view> <thread> <unordered_map>
    <utility> <variant> <vector> <fmt/format.h>)
# A test's own code runs once: compiled faster than it runs.
set(STRIKE_TEST_OPTIONS $<$<CONFIG:Release>:-O1>)

# Owns what the targets of one kind share: a compiled header fits only the options it was compiled with.
function(_strike_precompiled name)
  cmake_parse_arguments(arg "" "" "HEADERS;LIBS;OPTIONS" ${ARGN})
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/precompiled/${name}.cpp" CONTENT "// only the headers\n")
  add_library(${name} OBJECT "${CMAKE_BINARY_DIR}/precompiled/${name}.cpp")
  target_link_libraries(${name} PRIVATE ${arg_LIBS} fmt::fmt house)
  target_compile_options(${name} PRIVATE ${arg_OPTIONS})
  target_precompile_headers(${name} PRIVATE ${STRIKE_COMMON_HEADERS} ${arg_HEADERS})
endfunction()

# strike_precompile(folder...): the targets below these folders use them.
function(strike_precompile)
  if(NOT STRIKE_PRECOMPILE)
    return()
  endif()
  if(NOT TARGET common_headers)
    _strike_precompiled(common_headers)
    if(STRIKE_TESTS)
      _strike_precompiled(test_headers HEADERS <gtest/gtest.h> <gmock/gmock.h> LIBS GTest::gtest GTest::gmock
                          OPTIONS ${STRIKE_TEST_OPTIONS})
    endif()
  endif()
  foreach(folder ${ARGN})
    get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
    get_property(below DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
    foreach(target ${targets})
      get_target_property(libs ${target} LINK_LIBRARIES)
      if(NOT "house" IN_LIST libs) # generated code, with options of its own
        continue()
      endif()
      # as the headers were compiled: fmt's own macro too where a target does not link it
      target_compile_definitions(${target} PRIVATE $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
      if("GTest::gtest" IN_LIST libs)
        target_compile_options(${target} PRIVATE ${STRIKE_TEST_OPTIONS})
        target_precompile_headers(${target} REUSE_FROM test_headers)
      else()
        target_precompile_headers(${target} REUSE_FROM common_headers)
      endif()
    endforeach()
    strike_precompile(${below})
  endforeach()
endfunction()
