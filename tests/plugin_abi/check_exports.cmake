# Fails unless MODULE exports strongroom_plugin_entry and nothing else. NM is the tool that lists symbols.
execute_process(COMMAND "${NM}" -D --defined-only "${MODULE}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(STRIP "${symbols}" symbols)
if(NOT symbols MATCHES "^[0-9a-f]+ [A-Z] strongroom_plugin_entry$")
  message(FATAL_ERROR "${MODULE} exports:\n${symbols}")
endif()
