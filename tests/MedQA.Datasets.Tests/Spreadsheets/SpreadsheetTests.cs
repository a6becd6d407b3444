using System.IO.Compression;
using System.Text;
using MedQA.Datasets.Reading;

namespace MedQA.Datasets.Tests.Spreadsheets;

public sealed class SpreadsheetTests
{
    private static readonly QuestionSetOptions Named = new() { FileName = "set.xlsx" };

    [Fact]
    public async Task A_sheet_as_MedicationQA_has_it_is_read()
    {
        var book = Workbook.Of(("Sheet 1", [
            ["Question", "Focus (Drug)", "Question Type", "Answer", "Section Title", "URL"],
            ["does tea interact with iron", "iron", "Interaction", "Tea lowers its uptake; wait an hour.", "", "u"],
            [],
            ["how long may i take it", "aspirin", "Usage/time", "", "", ""],
        ]));

        var rows = await SetReadings.RowsAsync(book, Named);

        Assert.Equal(
            ["row-00001|set|Interaction||does tea interact with iron||-|Tea lowers its uptake; wait an hour.", "row-00002|set|Usage/time||how long may i take it||-|"],
            SetReadings.Questions(rows).Select(SetReadings.Outline));
        Assert.Equal([2, 4], rows.Select(static row => row.Line));
    }

    [Fact]
    public async Task Options_numbers_and_missing_cells_are_read()
    {
        var book = Workbook.Of(
            ("Notes", [["Made by"], ["us"]]),
            ("Questions", [["id", "question", "option a", "option b", "option c", "answer"], ["1", "How many?", "10", "20", "", "20"], ["2", "Which?", "x", "", "z", "A"], ["3", "What?", "x", "y", "", "b"]]));

        var rows = await SetReadings.RowsAsync(book, Named);

        Assert.Equal("1|set|||How many?|10/20|B|", SetReadings.Outline(Assert.IsType<AcceptedRow>(rows[0]).Question));
        Assert.Equal(new RejectedRow(3, "2", "Option B is blank, though option C is not."), rows[1]);
        Assert.Equal("3|set|||What?|x/y|B|", SetReadings.Outline(Assert.IsType<AcceptedRow>(rows[2]).Question));
    }

    [Fact]
    public async Task What_several_rows_are_about_counts_for_each_row_of_its_merged_cell_and_an_answer_only_for_its_own()
    {
        var rows = await SetReadings.RowsAsync(
            Workbook.OfSheet(
                string.Concat(
                    Row(1, "context", "topic", "question", "a", "b", "answer"), Row(2, "A man of 60.", "Heart", "Dx?", "x", "y", "B"), Row(3, "", "", "Next?", "p", "q", ""),
                    Row(4, "", "", "", "", "", ""), Row(5, "", "", "Then?", "r", "s", "A"), Row(6, "", "", "Last?", "t", "u", "A")),
                "",
                behind: "<mergeCells count=\"3\"><mergeCell ref=\"A2:A5\"/><mergeCell ref=\"B2:B3\"/><mergeCell ref=\"F2:F3\"/></mergeCells>"),
            Named);

        Assert.Equal(
            ["row-00001|set|Heart|A man of 60.|Dx?|x/y|B|", "row-00002|set|Heart|A man of 60.|Next?|p/q|-|", "row-00003|set||A man of 60.|Then?|r/s|A|", "row-00004|set|||Last?|t/u|A|"],
            SetReadings.Questions(rows).Select(SetReadings.Outline));

        static string Row(int number, params string[] cells) =>
            $"<row r=\"{number}\">{string.Concat(cells.Select((cell, c) => $"<c r=\"{(char)('A' + c)}{number}\" t=\"str\"><v>{cell}</v></c>"))}</row>";
    }

    [Fact]
    public async Task Every_kind_of_cell_text_is_read()
    {
        var book = Workbook.OfSheet(
            """
            <row r="1"><c r="A1" t="inlineStr"><is><t>question</t></is></c><c r="B1" t="inlineStr"><is><t>a</t></is></c><c r="C1" t="str"><v>b</v></c><c r="D1" t="s"><v>0</v></c></row>
            <row><c t="inlineStr"><is><r><t xml:space="preserve">Rich </t></r><r><t>text?</t></r><rPh sb="0" eb="1"><t>hint</t></rPh></is></c><c><v>1.5</v></c><c t="b"><v>1</v></c><c r="D2" t="s"><v>1</v></c></row>
            <row r="7"><c r="A7" t="s"><v>9</v></c></row>
            """,
            """<si><t>answer</t></si><si><r><t>1.</t></r><r><t>5</t></r></si>""");

        var rows = await SetReadings.RowsAsync(book, Named);

        Assert.Equal("row-00001|set|||Rich text?|1.5/TRUE|A|", SetReadings.Outline(Assert.IsType<AcceptedRow>(rows[0]).Question));
        Assert.Equal(new RejectedRow(7, null, "A cell refers to text '9', but the workbook has 2."), rows[1]);
    }

    [Theory]
    [InlineData(0, "0.30000000000000004", "0.3")]
    [InlineData(0, "1234567890123", "1234567890123")]
    [InlineData(0, "-1.0000000000000001E-5", "-0.00001")]
    [InlineData(1, "2.5", "3")]
    [InlineData(2, "2.675", "2.68")]
    [InlineData(3, "1234567.4", "1,234,567")]
    [InlineData(4, "-1234.5", "-1,234.50")]
    [InlineData(9, "0.28999999999999998", "29%")]
    [InlineData(10, "0.055", "5.50%")]
    [InlineData(11, "12345", "1.23E+04")]
    [InlineData(12, "0.5", "1/2")]
    [InlineData(12, "1.25", "1 1/4")]
    [InlineData(13, "3.0625", "3 1/16")]
    [InlineData(14, "45306", "1/15/2024")]
    [InlineData(15, "45306", "15-Jan-24")]
    [InlineData(16, "45385", "3-Apr")]
    [InlineData(17, "45385", "Apr-24")]
    [InlineData(18, "0.75", "6:00 PM")]
    [InlineData(21, "0.52083333333333337", "12:30:00")]
    [InlineData(22, "45306.5", "1/15/2024 12:00")]
    [InlineData(14, "1", "1/1/1900")]
    [InlineData(40, "-1234.5", "(1,234.50)")]
    [InlineData(45, "0.001388888888888889", "02:00")]
    [InlineData(46, "1.5", "36:00:00")]
    [InlineData(49, "007", "7")]
    [InlineData(164, "12", "12 mg", "0\" mg\"")]
    [InlineData(164, "12.5", "12.5 mg/dL", "0.0\\ \"mg/dL\"")]
    [InlineData(164, "-3", "[3]", "0;\"[\"0\"]\"")]
    [InlineData(164, "0", "none", "0;-0;\"none\"")]
    [InlineData(164, "45306", "2024-01-15", "yyyy\\-mm\\-dd")]
    [InlineData(164, "45306", "15. January 2024", "[$-407]d\\.\\ mmmm\\ yyyy;@")]
    [InlineData(164, "45306.520833333336", "Mon 12:30", "ddd h:mm")]
    [InlineData(164, "1500", "€ 1,500", "[$€-2] #,##0")]
    [InlineData(164, "1500000", "1.5M", "0.0,,\"M\"")]
    [InlineData(164, "0.5", "50.0 %", "0.0\\ %")]
    [InlineData(164, "0.375", "3/8", "# ?/8")]
    [InlineData(164, "5", "005", "000")]
    [InlineData(164, "5", "5", "General")]
    public async Task Numbers_are_read_as_they_are_shown(int format, string stored, string shown, string? code = null)
    {
        var question = Assert.IsType<AcceptedRow>(Assert.Single(await SetReadings.RowsAsync(Cells(format, stored, code), Named))).Question;

        Assert.Equal(shown, question.Options[0]);
    }

    [Theory]
    [InlineData(164, "5", "[>=100]0.0;0")]
    [InlineData(164, "123456789", "000-00-0000")]
    [InlineData(14, "60", null)]
    [InlineData(14, "-1", null)]
    [InlineData(30, "45306", null)]
    public async Task A_number_that_cannot_be_shown_rejects_its_row(int format, string stored, string? code)
    {
        var rejected = Assert.IsType<RejectedRow>(Assert.Single(await SetReadings.RowsAsync(Cells(format, stored, code), Named)));

        Assert.Matches("^The cell under 'option_a' holds .* in the number format '.*', which is not read; give the cell the format Text and write what it shows.$", rejected.Reason);
    }

    [Fact]
    public async Task Below_a_title_the_first_row_of_names_is_the_one_that_is_said_not_to_be_a_header()
    {
        var workbook = Workbook.Of(("Quiz", [["", "Quiz template"], [], ["", "Question - max 120 characters", "Answer 1", "Answer 2"], ["1", "One?", "x", "y"]]));

        Assert.Contains("the columns are (without a name), 'Question - max 120 characters', 'Answer 1', 'Answer 2'.", (await SetReadings.RefusedAsync(workbook, Named)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hidden_sheets_titles_escapes_and_formulas_are_told_apart()
    {
        const string Rows = """
            <row r="1"><c t="str"><v>Exam 2024</v></c></row>
            <row r="3"><c t="inlineStr"><is><t>question</t></is></c><c t="inlineStr"><is><t>option&#10;A</t></is></c><c t="str"><v>option_x000D_&#10;B</v></c><c t="str"><v>answer</v></c></row>
            <row r="4"><c t="str"><v>One_x000D_&#10;line? _x005F_x000D_</v></c><c t="b"><v>1</v></c><c t="b"><v>0</v></c><c t="b"><v>0</v></c></row>
            <row r="5"><c t="str"><v>Two?</v></c><c><f>1+1</f></c><c t="str"><v>x</v></c><c t="str"><v>A</v></c></row>
            """;
        var tally = new QuestionSetTally();

        var rows = await SetReadings.RowsAsync(Workbook.Hiding(("Set", Rows), ("Old", Rows)), Named with { Noted = tally.Note });

        Assert.Equal("row-00001|set|||One\nline? _x000D_|TRUE/FALSE|B|", SetReadings.Outline(Assert.IsType<AcceptedRow>(rows[0]).Question));
        Assert.Equal("The cell under 'option A' holds a formula without its value; open the workbook in a spreadsheet program and save it again.", Assert.IsType<RejectedRow>(rows[1]).Reason);
        Assert.Equal(["Sheet 'Old' holds questions, but is hidden: it is left out."], tally.Readings);
        Assert.Equal("set.xlsx: sheet 'Old' holds questions, but is hidden; unhide it.", (await SetReadings.RefusedAsync(Workbook.Hiding(("Empty", ""), ("Old", Rows)), Named)).Message);
    }

    private static byte[] Cells(int format, string stored, string? code) => Workbook.OfSheet(
        $"""
        <row r="1"><c t="str"><v>question</v></c><c t="str"><v>option_a</v></c><c t="str"><v>option_b</v></c><c t="str"><v>answer</v></c></row>
        <row r="2"><c t="str"><v>Which?</v></c><c s="1"><v>{stored}</v></c><c t="str"><v>x</v></c><c t="str"><v>A</v></c></row>
        """,
        "",
        styles: $"<numFmts>{(code is null ? "" : $"<numFmt numFmtId=\"{format}\" formatCode=\"{System.Security.SecurityElement.Escape(code)}\"/>")}</numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"{format}\"/></cellXfs>");

    [Fact]
    public async Task Two_sheets_of_questions_are_refused_rather_than_one_lost()
    {
        var book = Workbook.Of(("One", [["question"], ["Why?"]]), ("Two", [["question"], ["How?"]]));

        Assert.Equal("set.xlsx: sheets 'One' and 'Two' both hold questions; save each to its own file.", (await SetReadings.RefusedAsync(book, Named)).Message);
    }

    [Fact]
    public async Task A_workbook_without_questions_says_what_it_has()
    {
        var book = Workbook.Of(("Prices", [["item", "price"], ["tea", "2"]]));

        Assert.Equal("set.xlsx: sheet 'Prices': no column is named question (or question_text, stem, query, q, text, prompt, problem); the columns are 'item', 'price'.", (await SetReadings.RefusedAsync(book, Named)).Message);
    }

    [Fact]
    public async Task Other_archives_and_damaged_workbooks_are_refused()
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("readme.txt");
        }

        var book = Workbook.Of(("One", [["question"], ["Why?"]]));

        Assert.Equal("set.xlsx: the file is a ZIP archive, but no xlsx workbook; unpack it first.", (await SetReadings.RefusedAsync(zip.ToArray(), Named)).Message);
        Assert.Equal("set.xlsx: the xlsx workbook is damaged.", (await SetReadings.RefusedAsync(book[..(book.Length / 2)], Named)).Message);
        Assert.Equal("set.xlsx: the xlsx workbook is damaged.", (await SetReadings.RefusedAsync(Workbook.OfSheet("<row r=\"1\"><c t=\"str\"><v>question</v></c></row><row r=\"2\"><c t=\"str\"><v>Why?</v>", ""), Named)).Message);
    }

    [Fact]
    public async Task A_zip_bomb_is_refused_before_it_is_unpacked()
    {
        using var bomb = new MemoryStream();
        using (var archive = new ZipArchive(bomb, ZipArchiveMode.Create, leaveOpen: true))
        {
            await using var entry = await archive.CreateEntry("xl/workbook.xml", CompressionLevel.SmallestSize).OpenAsync(TestContext.Current.CancellationToken);
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 300; i++)
            {
                await entry.WriteAsync(zeros, TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal("set.xlsx: the workbook unpacks to 314,572,800 bytes; 268,435,456 are allowed (MaxUnpackedBytes).", (await SetReadings.RefusedAsync(bomb.ToArray(), Named)).Message);
    }

    [Fact]
    public async Task An_archive_whose_table_of_contents_could_fill_memory_is_refused()
    {
        var large = new byte[(64 << 20) + 1];
        "PK\u0003\u0004"u8.CopyTo(large);

        Assert.Equal("set.xlsx: the archive is larger than 67,108,864 bytes; save the questions as CSV.", (await SetReadings.RefusedAsync(large, Named)).Message);
    }

    [Fact]
    public async Task An_archive_that_lies_about_a_parts_size_is_not_believed()
    {
        var book = Workbook.OfSheet(string.Concat(Enumerable.Range(1, 50_000).Select(static row => $"<row r=\"{row}\"><c t=\"str\"><v>{(row == 1 ? "question" : "Why?")}</v></c></row>")), "");
        var sizeAt = book.AsSpan().LastIndexOf("xl/worksheets/sheet1.xml"u8) - 46 + 24;
        BitConverter.TryWriteBytes(book.AsSpan(sizeAt), 2000);

        Assert.Equal("set.xlsx: the xlsx workbook is damaged.", (await SetReadings.RefusedAsync(book, Named)).Message);
    }

    [Fact]
    public async Task Entities_far_columns_and_long_rows_are_limited()
    {
        var far = await SetReadings.RowsAsync(Workbook.OfSheet("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>question</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>", ""), Named);
        var entities = await SetReadings.RefusedAsync(Workbook.OfSheet("", "", "<!DOCTYPE x [<!ENTITY a \"b\">]>"), Named);
        var wide = await SetReadings.RefusedAsync(Workbook.OfSheet($"<row r=\"1\"><c r=\"A1\" t=\"str\"><v>question</v></c></row><row r=\"2\">{string.Concat(Enumerable.Repeat("<c><v>1</v></c>", 400_000))}</row>", ""), Named);

        Assert.Equal(new RejectedRow(1_048_576, null, "The row has a cell in column 16,384; 256 columns are allowed (MaxColumns)."), Assert.Single(far));
        Assert.Equal("set.xlsx: the xlsx workbook is damaged.", entities.Message);
        Assert.Equal("set.xlsx: a row of the workbook is longer than 4,000,000 characters (MaxRecordLength).", wide.Message);
    }
}

/// <summary>Makes small workbooks.</summary>
internal static class Workbook
{
    public static byte[] Of(params (string Name, string[][] Rows)[] sheets)
    {
        var texts = sheets.SelectMany(static sheet => sheet.Rows).SelectMany(static row => row).Distinct().ToList();
        return Archive(
            [.. sheets.Select(static sheet => sheet.Name)],
            [.. sheets.Select(sheet => string.Concat(sheet.Rows.Select((row, r) => row.Length == 0 ? "" : $"<row r=\"{r + 1}\">{string.Concat(row.Select((cell, c) => cell.Length == 0 ? "" : $"<c r=\"{(char)('A' + c)}{r + 1}\" t=\"s\"><v>{texts.IndexOf(cell)}</v></c>"))}</row>")))],
            string.Concat(texts.Select(static text => $"<si><t xml:space=\"preserve\">{System.Security.SecurityElement.Escape(text)}</t></si>")),
            "");
    }

    public static byte[] OfSheet(string rows, string texts, string doctype = "", string styles = "", string behind = "") =>
        Archive(["Sheet1"], [rows], texts, doctype, styles, behind: behind);

    /// <summary>Makes all sheets but the first hidden.</summary>
    public static byte[] Hiding(params (string Name, string Rows)[] sheets) => Archive([.. sheets.Select(static sheet => sheet.Name)], [.. sheets.Select(static sheet => sheet.Rows)], "", "", "", "hidden");

    private static byte[] Archive(string[] names, string[] sheets, string texts, string doctype, string styles = "", string others = "visible", string behind = "")
    {
        const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const string Package = "http://schemas.openxmlformats.org/package/2006";
        const string Type = "application/vnd.openxmlformats-officedocument.spreadsheetml";
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Write("[Content_Types].xml", $"<Types xmlns=\"{Package}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"{Type}.sheet.main+xml\"/><Override PartName=\"/xl/sharedStrings.xml\" ContentType=\"{Type}.sharedStrings+xml\"/><Override PartName=\"/xl/styles.xml\" ContentType=\"{Type}.styles+xml\"/>{Each("<Override PartName=\"/xl/worksheets/sheet{0}.xml\" ContentType=\"" + Type + ".worksheet+xml\"/>")}</Types>");
            Write("_rels/.rels", $"<Relationships xmlns=\"{Package}/relationships\"><Relationship Id=\"r1\" Type=\"{Relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
            Write("xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"{Package}/relationships\"><Relationship Id=\"t\" Type=\"{Relations}/sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"y\" Type=\"{Relations}/styles\" Target=\"styles.xml\"/>{Each("<Relationship Id=\"s{0}\" Type=\"" + Relations + "/worksheet\" Target=\"worksheets/sheet{0}.xml\"/>")}</Relationships>");
            Write("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Relations}\"><sheets>{string.Concat(names.Select((name, i) => $"<sheet name=\"{name}\" sheetId=\"{i + 1}\" r:id=\"s{i + 1}\" state=\"{(i == 0 ? "visible" : others)}\"/>"))}</sheets></workbook>");
            Write("xl/sharedStrings.xml", $"<sst xmlns=\"{Main}\">{texts}</sst>");
            Write("xl/styles.xml", $"<styleSheet xmlns=\"{Main}\">{styles}</styleSheet>");
            for (var i = 0; i < sheets.Length; i++)
            {
                Write($"xl/worksheets/sheet{i + 1}.xml", $"<?xml version=\"1.0\"?>{doctype}<worksheet xmlns=\"{Main}\"><sheetData>{sheets[i]}</sheetData>{behind}</worksheet>");
            }

            string Each(string format) => string.Concat(names.Select((_, i) => string.Format(System.Globalization.CultureInfo.InvariantCulture, format, i + 1)));

            void Write(string path, string text)
            {
                using var entry = archive.CreateEntry(path).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return stream.ToArray();
    }
}
