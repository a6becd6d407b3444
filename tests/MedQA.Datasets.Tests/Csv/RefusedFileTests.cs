using System.IO.Compression;
using System.Text;

namespace MedQA.Datasets.Tests.Csv;

public sealed class RefusedFileTests
{
    [Theory]
    [InlineData("", "set.csv: the file is empty.")]
    [InlineData("\r\n\n", "set.csv: the file is empty.")]
    [InlineData("question,option_a,option_b,answer\n", "set.csv: the file has a header, but no row below it.")]
    [InlineData("question,option_a,option_b,answer", "set.csv: the file has a header, but no row below it.")]
    [InlineData("name,age\nAda,36\n", "set.csv, line 1: no column is named question (or question_text, stem, query, q, text, prompt, problem); the columns are 'name', 'age'.")]
    [InlineData("<!DOCTYPE html><html><body>Sign in</body></html>", "set.csv: the file is a web page (HTML), not a question set: was a login or error page saved in place of the file?")]
    [InlineData("%PDF-1.7\n", "set.csv: the file is a PDF, not a question set.")]
    [InlineData("question,question,option_a,option_b\n1,2,3,4\n", "set.csv, line 1: two columns are named 'question'; rename or remove one.")]
    [InlineData("question,option_a,option_b,option_d,answer\nx,1,2,3,A\n", "set.csv, line 1: the header has a column 'option_d', but no 'option_c'.")]
    [InlineData("\nquestion,\"option_a,option_b,answer\n", "set.csv, line 2: field 2 begins with a quote that is never closed, so it contains everything from here to the end of the file. Close it, or double a quote that belongs to the text.")]
    public async Task A_file_that_is_no_question_set_gets_one_sentence(string text, string message)
    {
        Assert.Equal(message, (await SetReadings.RefusedAsync(text)).Message);
    }

    [Fact]
    public async Task Binary_content_and_unmarked_utf16_are_named()
    {
        var binary = new byte[5000];
        new Random(5).NextBytes(binary);

        Assert.Equal("set.csv: the file is binary, not text.", (await SetReadings.RefusedAsync(binary)).Message);
        Assert.Equal(
            "set.csv: the file is UTF-16 without a byte order mark; save it as UTF-8.",
            (await SetReadings.RefusedAsync(Encoding.Unicode.GetBytes("question,option_a,option_b,answer\nWhy?,x,y,A\n"))).Message);
    }

    [Theory]
    [InlineData("question,options,answer\nWhy?,\"{one,two,three}\",B\n", "The options are an array as PostgreSQL writes it: write a JSON array (array_to_json).")]
    [InlineData("question,option_a,option_b,answer\nWhy?, \"x\",y,A\n", "Field 2 has a blank before its opening quote, so that its quotes count as text: remove the blank.")]
    public async Task What_other_programs_write_is_named(string text, string reason) => Assert.Equal(reason, (await SetReadings.RejectedAsync(text)).Reason);

    [Theory]
    [InlineData("xl/workbook.bin", "set.csv: the file is a binary Excel workbook (xlsb): save the sheet with the questions as xlsx or CSV.")]
    [InlineData("word/document.xml", "set.csv: the file is a Word document (docx): save the sheet with the questions as xlsx or CSV.")]
    [InlineData("content.xml", "set.csv: the file is an OpenDocument file (ods, odt): save the sheet with the questions as xlsx or CSV.")]
    [InlineData("set.csv", "set.csv: the file is a ZIP archive, but no xlsx workbook; unpack it first.")]
    public async Task Archives_that_are_documents_are_named(string part, string message)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("mimetype");
            archive.CreateEntry(part);
        }

        Assert.Equal(message, (await SetReadings.RefusedAsync(stream.ToArray())).Message);
    }

    [Fact]
    public async Task Questions_below_a_property_of_each_record_are_refused_by_its_name() => Assert.Equal(
        "set.csv: the records hold their questions in 'vars': write a record for each question, with its options and its answer beside it.",
        (await SetReadings.RefusedAsync("""[{"vars": {"question": "Which?", "A": "one", "B": "two"}, "assert": [{"type": "equals", "value": "B"}]}]""")).Message);

    [Fact]
    public async Task Limits_are_named_with_the_line()
    {
        const string Header = "question,option_a,option_b,answer\n";
        var small = new QuestionSetOptions { FileName = "set.csv", MaxRecordLength = 1024, MaxFieldLength = 100, MaxRows = 2, MaxBytes = 4000, MaxColumns = 6 };

        Assert.Equal("set.csv: the file is larger than 4,000 bytes (MaxBytes); split it into several files.", (await SetReadings.RefusedAsync(Header + new string('x', 4000), small)).Message);
        Assert.Equal(
            "set.csv, line 3: the row that starts here is longer than 1,024 characters (MaxRecordLength): is a quote not closed?",
            (await SetReadings.RefusedAsync($"{Header}Why?,x,y,A\n\"{new string('x', 2000)}\",x,y,A\n", small)).Message);
        Assert.Equal("set.csv, line 4: the file has more than 2 rows (MaxRows); split it into several files.", (await SetReadings.RefusedAsync(Header + "a,x,y,A\nb,x,y,A\nc,x,y,A\n", small)).Message);
        Assert.Equal("The question has 101 characters; 100 are allowed (MaxFieldLength).", (await SetReadings.RejectedAsync($"{Header}{new string('x', 101)},x,y,A\n", small)).Reason);
        Assert.Equal("The row has 7 fields; 6 are allowed (MaxColumns).", (await SetReadings.RejectedAsync(Header + "a,x,y,A,,,\n", small)).Reason);
        Assert.Equal("set.csv, line 1: the row has 7 fields; 6 are allowed (MaxColumns).", (await SetReadings.RefusedAsync("question,option_a,option_b,answer,,,\na,x,y,A\n", small)).Message);
    }

    [Fact]
    public async Task A_settings_fault_names_the_setting()
    {
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => SetReadings.RowsAsync("", new QuestionSetOptions { MaxRows = 0 }));

        Assert.StartsWith("MaxRows is 0; it must be positive.", fault.Message, StringComparison.Ordinal);
    }
}
