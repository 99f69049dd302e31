# Compiler settings and the three kinds of target this project has: a layer (static library),
# a program, and a unit test. Options: HB_BUILD_TESTS, HB_SANITIZE, HB_FUZZ.

include(CheckCCompilerFlag)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

option(HB_BUILD_TESTS "Build the unit tests and register all tests" ON)
option(HB_FUZZ "Build the fuzz targets with libFuzzer (needs clang)" OFF)
set(HB_SANITIZE "" CACHE STRING "Value for -fsanitize=, such as address,undefined")

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# A build tree looks like an installed tree, so that programs find their parts in both.
set(HB_LIBEXEC_DIR ${CMAKE_INSTALL_LIBEXECDIR}/http-benchmark)
set(HB_SHARE_DIR ${CMAKE_INSTALL_DATADIR}/http-benchmark)

# name of a pkg-config module -> imported target pkg::NAME
macro(hb_pkg name module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
endmacro()

hb_pkg(JANSSON jansson)
hb_pkg(YAML yaml-0.1)
hb_pkg(CURL libcurl)
hb_pkg(CRYPTO libcrypto)
hb_pkg(SQLITE sqlite3)
hb_pkg(ZLIB zlib)
hb_pkg(XXHASH libxxhash)
hb_pkg(MICROHTTPD libmicrohttpd)
if(HB_BUILD_TESTS)
  hb_pkg(CMOCKA cmocka)
endif()
add_library(jansson::jansson ALIAS PkgConfig::JANSSON)
find_library(HB_CSV_LIBRARY csv REQUIRED) # libcsv ships no pkg-config file

function(hb_compile_options target)
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE HB_VERSION="${PROJECT_VERSION}")
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith
    -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Wno-missing-field-initializers
    -fno-strict-aliasing -fstack-protector-strong)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  if(HB_SANITIZE)
    target_compile_definitions(${target} PRIVATE HB_SANITIZED=1)
    target_compile_options(${target} PRIVATE -fsanitize=${HB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${HB_SANITIZE})
  endif()
  if(HB_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# hb_layer(NAME SOURCES a.c… [USES other layers…] [LIBS libraries…]): one static library a layer.
function(hb_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBS" ${ARGN})
  add_library(hb_${name} STATIC ${ARG_SOURCES})
  hb_compile_options(hb_${name})
  list(TRANSFORM ARG_USES PREPEND hb_)
  target_link_libraries(hb_${name} PUBLIC ${ARG_USES} ${ARG_LIBS})
endfunction()

# hb_program(NAME SOURCES a.c… [USES layers…] [LIBS libraries…] [LIBEXEC]): in bin/, or a helper in libexec/.
function(hb_program name)
  cmake_parse_arguments(ARG "LIBEXEC" "" "SOURCES;USES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  hb_compile_options(${name})
  list(TRANSFORM ARG_USES PREPEND hb_)
  target_link_libraries(${name} PRIVATE ${ARG_USES} ${ARG_LIBS})
  if(ARG_LIBEXEC)
    set(place ${HB_LIBEXEC_DIR})
  else()
    set(place ${CMAKE_INSTALL_BINDIR})
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${place})
  install(TARGETS ${name} RUNTIME DESTINATION ${place})
endfunction()

# hb_preload(NAME SOURCES a.c…): a shared object in libexec/, for LD_PRELOAD. Never with sanitizers, whose runtime
# would have to be in the program already.
function(hb_preload name)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  set(HB_SANITIZE "")
  set(HB_FUZZ OFF)
  add_library(${name} MODULE ${ARG_SOURCES})
  hb_compile_options(${name})
  set_target_properties(${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${HB_LIBEXEC_DIR})
  install(TARGETS ${name} LIBRARY DESTINATION ${HB_LIBEXEC_DIR})
endfunction()

# hb_unit_test(NAME SOURCES a.c… USES layers… [LIBS …]): a cmocka program with the ctest label "unit".
function(hb_unit_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  hb_compile_options(test_${name})
  list(TRANSFORM ARG_USES PREPEND hb_)
  target_link_libraries(test_${name} PRIVATE ${ARG_USES} ${ARG_LIBS} PkgConfig::CMOCKA)
  target_compile_definitions(test_${name} PRIVATE
    HB_TEST_DIR="${CMAKE_CURRENT_SOURCE_DIR}" HB_BUILD_DIR="${CMAKE_BINARY_DIR}" HB_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME unit.${name} COMMAND test_${name})
  set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

# hb_fuzz_target(NAME SOURCES a.c… USES layers…): with HB_FUZZ a libFuzzer program; without it the same
# code replays its corpus (tests/fuzz/corpus/NAME) as an ordinary test.
function(hb_fuzz_target name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBS" ${ARGN})
  set(replay)
  if(NOT HB_FUZZ)
    set(replay ${PROJECT_SOURCE_DIR}/tests/fuzz/replay.c)
  endif()
  add_executable(fuzz_${name} ${ARG_SOURCES} ${replay})
  hb_compile_options(fuzz_${name})
  list(TRANSFORM ARG_USES PREPEND hb_)
  target_link_libraries(fuzz_${name} PRIVATE ${ARG_USES} ${ARG_LIBS})
  if(HB_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_test(NAME fuzz.${name} COMMAND fuzz_${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
    set_tests_properties(fuzz.${name} PROPERTIES LABELS unit TIMEOUT 120)
  endif()
endfunction()
