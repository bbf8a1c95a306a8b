# cmake -D OUT=file.cpp -D "FILES=a.sql|b.sql" -P embed.cmake: the SQL files as string literals.
string(REPLACE "|" ";" files "${FILES}")
set(rows "")
foreach(file IN LISTS files)
    get_filename_component(stem "${file}" NAME_WE)
    if(NOT stem MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)$")
        message(FATAL_ERROR "${file}: a migration is named NNNN_name.sql")
    endif()
    set(number "${CMAKE_MATCH_1}")
    set(name "${CMAKE_MATCH_2}")
    string(REGEX REPLACE "^0+" "" number "${number}")
    file(READ "${file}" sql)
    string(APPEND rows "    Migration{${number}, \"${name}\", R\"sql(${sql})sql\"},\n")
endforeach()
file(WRITE "${OUT}" "#include \"store/migrations.h\"\n\n#include <array>\n\nnamespace waypost::store {\n\nnamespace {\n\n"
    "constexpr std::array all{\n${rows}};\n\n} // namespace\n\n"
    "std::span<const Migration> migrations() {\n    return all;\n}\n\n} // namespace waypost::store\n")
