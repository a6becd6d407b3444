using System.Globalization;
using MedQA.Pipeline.Results;
using Parquet.Serialization;

namespace MedQA.Pipeline.Tests.Results;

public sealed class ParquetTableTests
{
    private static readonly AnswerRow[] Answers =
    [
        new AnswerRow
        {
            Ordinal = 0, Id = "=q,0", Dataset = "set", Topic = "Anatomy", Options = 4, Gold = "B", Answer = "B", Correct = true, Agreement = 8.0 / 11, ForcedVotes = 1, Tie = true, Samples = 11,
            PromptTokens = 100, GeneratedTokens = 2000, Seconds = 1.5, Question = "Which one?", OptionTexts = ["a", "b"], GoldText = "b", AnswerText = "b", Votes = [3],
        },
        new AnswerRow { Ordinal = 1, Id = "q1", Dataset = "set", Options = 0, Samples = 1 },
        new AnswerRow { Ordinal = 2, Id = "q2", Dataset = "set", Options = 4, Gold = "A", Failure = "timeLimit", FailureMessage = "It took too long.", Samples = 11 },
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_read_back_is_what_the_csv_says_in_the_same_columns_and_order()
    {
        using var file = await WriteAsync();
        var table = await ParquetSerializer.DeserializeUntypedAsync(file, cancellationToken: Cancel);

        var names = AnswerTable.Header.TrimEnd().Split(',');
        Assert.Equal(names, table.Schema.DataFields.Select(static field => field.Name));
        Assert.Equal(Answers.Length, table.Data.Count);
        foreach (var (row, read) in Answers.Zip(table.Data))
        {
            // Parquet keeps types and needs no quotes, and no apostrophe against formulas.
            var line = AnswerTable.Line(row).TrimEnd('\r', '\n').Replace("\"'=q,0\"", "=q;0", StringComparison.Ordinal).Replace("\"[\"\"a\"\",\"\"b\"\"]\"", "[\"a\";\"b\"]", StringComparison.Ordinal).Split(',');
            Assert.Equal(line, names.Select(name => Text(read.GetValueOrDefault(name))).Select(static text => text.Replace(',', ';')));
        }

        Assert.IsType<int>(table.Data[0]["ordinal"]);
        Assert.IsType<double>(table.Data[0]["agreement"]);
        Assert.IsType<bool>(table.Data[0]["tie"]);
        Assert.Equal("=q,0", table.Data[0]["id"]);
    }

    [Fact]
    public async Task The_same_answers_give_the_same_bytes()
    {
        using var first = await WriteAsync();
        using var second = await WriteAsync();
        Assert.Equal(first.ToArray(), second.ToArray());
    }

    [Fact]
    public async Task A_run_without_answers_has_a_table_without_rows()
    {
        using var file = new MemoryStream();
        await using (var parquet = await ParquetTable<AnswerRow>.CreateAsync(AnswerTable.Columns, file, Cancel))
        {
            await parquet.CompleteAsync(Cancel);
        }

        await using var reader = await Parquet.ParquetReader.CreateAsync(file, cancellationToken: Cancel);
        Assert.Equal(AnswerTable.Header.TrimEnd().Split(','), reader.Schema.DataFields.Select(static field => field.Name));
        Assert.Equal(0, reader.RowGroupCount);
    }

    [Fact]
    public async Task Long_texts_go_out_while_rows_still_come_and_the_target_need_neither_seek_nor_block()
    {
        using var file = new AnswerOfServer();
        await using var parquet = await ParquetTable<AnswerRow>.CreateAsync(AnswerTable.Columns, file, Cancel);
        var (text, most) = (new string('x', 100_000), 0L);
        for (var ordinal = 0; ordinal < 400; ordinal++)
        {
            await parquet.AddAsync(new AnswerRow { Ordinal = ordinal, Id = $"q{ordinal}", Dataset = "set", Question = $"{ordinal} {text}" }, Cancel);
            most = Math.Max(most, ordinal - (file.Groups * 80L));
        }

        Assert.Equal(5, file.Groups);
        Assert.InRange(most, 1, 80);
        await parquet.CompleteAsync(Cancel);
        await using var reader = await Parquet.ParquetReader.CreateAsync(new MemoryStream(file.Bytes), cancellationToken: Cancel);
        Assert.Equal(5, reader.RowGroupCount);
        var table = await ParquetSerializer.DeserializeUntypedAsync(new MemoryStream(file.Bytes), cancellationToken: Cancel);
        Assert.Equal(Enumerable.Range(0, 400), table.Data.Select(static row => (int)row["ordinal"]));
        Assert.Equal($"399 {text}", table.Data[^1]["question"]);
    }

    /// <summary>Takes bytes as the body of a server's answer does.</summary>
    private sealed class AnswerOfServer : Stream
    {
        private readonly MemoryStream _bytes = new();

        public byte[] Bytes => _bytes.ToArray();

        /// <summary>How often something was sent.</summary>
        public int Groups { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Groups++;
            await _bytes.WriteAsync(buffer, cancellationToken);
        }

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Synchronous operations are disallowed.");

        public override void Flush() => throw new NotSupportedException("Synchronous operations are disallowed.");

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }

    private static async Task<MemoryStream> WriteAsync()
    {
        var file = new MemoryStream();
        await using var parquet = await ParquetTable<AnswerRow>.CreateAsync(AnswerTable.Columns, file, Cancel);
        foreach (var row in Answers)
        {
            await parquet.AddAsync(row, Cancel);
        }

        await parquet.CompleteAsync(Cancel);
        file.Position = 0;
        return file;
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
