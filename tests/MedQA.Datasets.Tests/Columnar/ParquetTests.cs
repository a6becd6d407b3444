using Parquet.Schema;
using Parquet.Serialization;

namespace MedQA.Datasets.Tests.Columnar;

public sealed class ParquetTests
{
    private static readonly QuestionSetOptions Named = new() { FileName = "set.parquet" };

    [Fact]
    public async Task Flat_columns_are_read()
    {
        var schema = new ParquetSchema(new DataField<string>("id"), new DataField<string>("question"), new DataField<string>("opa"), new DataField<string>("opb"), new DataField<long>("cop"), new DataField<string>("subject_name"));
        var file = await WrittenAsync(schema, Row("1", "Why?", "yes", "no", 0L, "Anatomy"), Row("2", "How?", "so", "thus", 1L, null));

        var rows = await SetReadings.RowsAsync(file, Named);

        Assert.Equal(["1|set|Anatomy||Why?|yes/no|A|", "2|set|||How?|so/thus|B|"], SetReadings.Questions(rows).Select(SetReadings.Outline));
        Assert.Equal([1, 2], rows.Select(static row => row.Line));

        static Dictionary<string, object?> Row(string id, string question, string a, string b, long cop, string? subject) =>
            new() { ["id"] = id, ["question"] = question, ["opa"] = a, ["opb"] = b, ["cop"] = cop, ["subject_name"] = subject };
    }

    [Fact]
    public async Task Structures_and_lists_are_read_as_in_json()
    {
        var file = await NestedAsync();

        Assert.Equal("row-00001|set|||Why?|x/y/z|C|", SetReadings.Outline(Assert.Single(SetReadings.Questions(await SetReadings.RowsAsync(file, Named)))));
    }

    [Fact]
    public async Task PubMedQas_nested_context_is_read()
    {
        var file = await SerializedAsync(new PubMedQaRow { pubid = 101, question = "Does it?", context = new Abstract { contexts = ["One.", "Two."] }, final_decision = "yes" });

        Assert.Equal("101|set||One.\n\nTwo.|Does it?|yes/no/maybe|A|", SetReadings.Outline(Assert.Single(SetReadings.Questions(await SetReadings.RowsAsync(file, Named)))));
    }

    [Fact]
    public async Task Questions_with_free_answers_are_read_and_a_list_that_holds_the_answer_is_named()
    {
        var schema = new ParquetSchema(new DataField<string>("question"), new DataField<string>("answer"), new DataField<string>("pool"));
        static Dictionary<string, object?> Row(string question, string answer, string pool) =>
            new() { ["question"] = question, ["answer"] = answer, ["pool"] = pool };

        var rows = await SetReadings.RowsAsync(await WrittenAsync(schema, Row("Why?", "So.", "['a', 'b']"), Row("How?", "b", "['a', 'b']")), Named);

        Assert.Equal("row-00001|set|||Why?||-|So.", SetReadings.Outline(Assert.IsType<AcceptedRow>(rows[0]).Question));
        Assert.StartsWith("'pool' holds options", Assert.IsType<RejectedRow>(rows[1]).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dates_are_read_as_they_are_written_everywhere()
    {
        var schema = new ParquetSchema(new DataField<string>("question"), new DataField<DateTime>("option_a"), new DataField<DateTime>("option_b"), new DataField<string>("answer"));
        var file = await WrittenAsync(schema, new Dictionary<string, object?>
        {
            ["question"] = "When?",
            ["option_a"] = new DateTime(2024, 3, 4, 0, 0, 0, DateTimeKind.Utc),
            ["option_b"] = new DateTime(2024, 3, 4, 12, 30, 0, DateTimeKind.Utc),
            ["answer"] = "B",
        });

        Assert.Equal(
            "row-00001|set|||When?|2024-03-04/2024-03-04 12:30:00|B|",
            SetReadings.Outline(Assert.Single(SetReadings.Questions(await SetReadings.RowsAsync(file, Named)))));
    }

    [Fact]
    public async Task Damage_and_limits_are_named()
    {
        var schema = new ParquetSchema(new DataField<string>("question"));
        var file = await WrittenAsync(schema, [.. Enumerable.Range(0, 50).Select(static i => new Dictionary<string, object?> { ["question"] = $"Question {i}?" })]);

        Assert.Equal("set.parquet: the file has 50 rows; 10 are allowed (MaxRows).", (await SetReadings.RefusedAsync(file, Named with { MaxRows = 10 })).Message);
        Assert.Matches("^set.parquet: a row group unpacks to more than 100 bytes \\(MaxUnpackedBytes\\).$", (await SetReadings.RefusedAsync(file, Named with { MaxUnpackedBytes = 100 })).Message);
        Assert.Equal("set.parquet: the Parquet file is damaged, or uses something of the format that cannot be read here.", (await SetReadings.RefusedAsync(file[..(file.Length / 2)], Named)).Message);
        Assert.Equal("set.parquet: the Parquet file is damaged, or uses something of the format that cannot be read here.", (await SetReadings.RefusedAsync("PAR1"u8.ToArray(), Named)).Message);
    }

    [Theory]
    [InlineData("metadata of set bits")]
    [InlineData("metadata that breaks off")]
    [InlineData("page of 2 GB")]
    [InlineData("page that goes back")]
    public async Task What_would_keep_the_library_busy_for_ever_is_refused(string kind)
    {
        var schema = new ParquetSchema(new DataField<string>("question"));
        var file = await WrittenAsync(schema, [.. Enumerable.Range(0, 50).Select(static i => new Dictionary<string, object?> { ["question"] = $"Question {i}?" })]);
        var footer = file.Length - 8 - BitConverter.ToInt32(file, file.Length - 8);
        switch (kind)
        {
            case "metadata of set bits":
                file.AsSpan(footer + 20, file.Length - 28 - footer).Fill(0xFF);
                break;
            case "metadata that breaks off":
                BitConverter.TryWriteBytes(file.AsSpan(file.Length - 8), file.Length - 8 - footer - 5);
                break;
            case "page of 2 GB":
                file = [.. file[..4], 0x15, 0, 0x15, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, .. file[12..]];
                break;
            default:
                file = [.. file[..4], 0x15, 0, 0x15, 2, 0x15, 0x0F, 0x2C, 0x15, 2, 0, 0, .. file[15..]];
                break;
        }

        var fault = await SetReadings.RefusedAsync(file, Named).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.StartsWith("set.parquet: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_groups_without_number_are_refused()
    {
        using var stream = new MemoryStream();
        await ParquetSerializer.SerializeUntypedAsync(
            [.. Enumerable.Range(0, 2500).Select(static i => new Dictionary<string, object?> { ["question"] = "Why?" })],
            new ParquetSchema(new DataField<string>("question")), stream, new Parquet.ParquetOptions { RowGroupSize = 1 }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("set.parquet: the file has 2,500 row groups; write it with fewer and larger ones.", (await SetReadings.RefusedAsync(stream.ToArray(), Named)).Message);
    }

    internal static Task<byte[]> NestedAsync() =>
        SerializedAsync(new MedQaRow { question = "Why?", options = new OptionsByLetter { A = "x", B = "y", C = "z" }, answer_idx = "C", metamap_phrases = ["p", "q"] });

    private static async Task<byte[]> SerializedAsync<T>(T row)
    {
        using var stream = new MemoryStream();
        await ParquetSerializer.SerializeAsync([row], stream, cancellationToken: TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    internal static async Task<byte[]> WrittenAsync(ParquetSchema schema, params Dictionary<string, object?>[] rows)
    {
        using var stream = new MemoryStream();
        await ParquetSerializer.SerializeUntypedAsync(rows, schema, stream, cancellationToken: TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

#pragma warning disable IDE1006 // The names are the columns'.
    public sealed class MedQaRow
    {
        public string? question { get; set; }

        public OptionsByLetter? options { get; set; }

        public string? answer_idx { get; set; }

        public List<string>? metamap_phrases { get; set; }
    }

    public sealed class OptionsByLetter
    {
        public string? A { get; set; }

        public string? B { get; set; }

        public string? C { get; set; }
    }

    public sealed class PubMedQaRow
    {
        public int pubid { get; set; }

        public string? question { get; set; }

        public Abstract? context { get; set; }

        public string? final_decision { get; set; }
    }

    public sealed class Abstract
    {
        public List<string>? contexts { get; set; }
    }
#pragma warning restore IDE1006
}
