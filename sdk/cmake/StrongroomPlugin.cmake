# strongroom_add_plugin(NAME SOURCES... [LIBRARIES...] [MANIFEST file] [FOLDER folder])
#
# A plugin: a module NAME.so that exports one symbol and nothing else, and beside it NAME.json, the manifest with the
# module's SHA-256 filled in. Works inside Strongroom's tree and after find_package(Strongroom).
#   MANIFEST  default manifest.json: {"id", "type", "abi": "1.0", "rights": [...]}; ids are those of the C++ class
#   FOLDER    where both are written; default: the current binary folder
# The digest is that of the file as it was linked: install it without stripping (strip before, or not at all).
set(STRONGROOM_PLUGIN_CMAKE_DIR "${CMAKE_CURRENT_LIST_DIR}")

function(strongroom_add_plugin name)
  cmake_parse_arguments(ARG "" "MANIFEST;FOLDER" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT ARG_SOURCES)
    message(FATAL_ERROR "strongroom_add_plugin(${name}): SOURCES is empty")
  endif()
  if(NOT ARG_MANIFEST)
    set(ARG_MANIFEST manifest.json)
  endif()
  if(NOT ARG_FOLDER)
    set(ARG_FOLDER "${CMAKE_CURRENT_BINARY_DIR}")
  endif()
  cmake_path(ABSOLUTE_PATH ARG_MANIFEST BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")

  add_library(${name} MODULE ${ARG_SOURCES})
  target_compile_features(${name} PRIVATE cxx_std_20)
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so" LIBRARY_OUTPUT_DIRECTORY "${ARG_FOLDER}"
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_libraries(${name} PRIVATE Strongroom::plugin ${ARG_LIBRARIES})

  if(APPLE)
    target_link_options(${name} PRIVATE "LINKER:-exported_symbol,_strongroom_plugin_entry")
  else()
    # Hidden visibility does not reach symbols of static libraries and of the C++ runtime's templates; this does.
    set(script "${STRONGROOM_PLUGIN_CMAKE_DIR}/plugin_symbols.map")
    # Not LINKER:, which takes a comma in the path for its own.
    target_link_options(${name} PRIVATE
      "SHELL:-Xlinker \"--version-script=${script}\"" "LINKER:--no-undefined-version")
    # What is loaded stays loaded: threads and exit handlers of a plugin may outlive the last call.
    target_link_options(${name} PRIVATE "LINKER:-z,nodelete")
    set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS "${script}")
  endif()

  add_custom_command(TARGET ${name} POST_BUILD VERBATIM
    COMMAND "${CMAKE_COMMAND}" "-DMODULE=$<TARGET_FILE:${name}>" "-DMANIFEST=${ARG_MANIFEST}"
            "-DOUTPUT=${ARG_FOLDER}/${name}.json" -P "${STRONGROOM_PLUGIN_CMAKE_DIR}/WritePluginManifest.cmake")
  set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS "${ARG_MANIFEST}")
endfunction()
