// Tables as text: RFC 4180, places, and what is refused.
#include "sim/validate/table.h"

#include <gmock/gmock.h>

#include "sim/base/error.h"

namespace presil::validate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::string refusal(const std::string& text) {
  try {
    parse_table(text, "t.csv");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Table, ReadsCellsWithTheirPlaces) {
  const Table table = parse_table("a, b ,c\n1,\"x, \"\"y\"\"\",3\n\n4,\"two\nlines\",6\n", "t.csv");
  EXPECT_THAT(table.columns(), ElementsAre("a", "b", "c"));
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_EQ(table.rows[0].cells[1].text, "x, \"y\"");
  EXPECT_EQ(table.rows[0].cells[1].raw, "\"x, \"\"y\"\"\"");
  EXPECT_EQ(table.rows[0].cells[2].column, 14u);
  EXPECT_EQ(table.rows[1].cells[1].text, "two\nlines");
  EXPECT_EQ(table.place(1), "t.csv:4");
  EXPECT_EQ(table.rows[1].cells[2].line, 5u);
  EXPECT_EQ(table.find("c"), 2);
  EXPECT_EQ(table.find("d"), -1);
}

TEST(Table, KeepsLineEndingsAndTheByteOrderMark) {
  const Table table = parse_table(
      "\xEF\xBB\xBF"
      "a,b\r\n1,2\r\n3,4",
      "t.csv");
  EXPECT_EQ(table.header.cells[0].text, "a");
  EXPECT_EQ(table.header.cells[0].column, 1u);
  EXPECT_EQ(table.rows[0].ending, "\r\n");
  EXPECT_EQ(table.rows[1].ending, "");
  EXPECT_EQ(table.rows[1].cells[1].text, "4");
}

TEST(Table, SaysWhereTextIsNoTable) {
  EXPECT_THAT(refusal(""), HasSubstr("t.csv:1:1: nothing in it"));
  EXPECT_THAT(refusal("\n \n"), HasSubstr("t.csv:1:1: nothing in it"));
  EXPECT_THAT(refusal("a,b\n"), HasSubstr("t.csv:1: a header without rows"));
  EXPECT_THAT(refusal("a,b,a\n1,2,3\n"), HasSubstr("t.csv:1:5: the column 'a' is there twice; first at 1:1"));
  EXPECT_THAT(refusal("a,,b\n1,2,3\n"), HasSubstr("t.csv:1:3: a column without a name"));
  EXPECT_THAT(refusal("a,b\n1\n"),
              HasSubstr("t.csv:2:1: 1 cells, but the header has 2 columns; 'b' is missing"));
  EXPECT_THAT(refusal("a,b\n1,2\n1,2,3\n"), HasSubstr("t.csv:3:5: 3 cells, but the header has 2 columns"));
  EXPECT_THAT(refusal("a,b\n1,\"2\n3,4\n"), HasSubstr("t.csv:2:3: this quote is not closed"));
  EXPECT_THAT(refusal("a,b\n1,2\"3\"\n"), HasSubstr("t.csv:2:4: a quote inside an unquoted cell"));
  EXPECT_THAT(refusal("a,b\n1,\"2\"3\n"), HasSubstr("t.csv:2:6: expected a comma"));
  EXPECT_THAT(refusal(std::string("a,b\n1,\0\n", 8)), HasSubstr("t.csv:2:3: a control character (0x00)"));
}

}  // namespace
}  // namespace presil::validate
