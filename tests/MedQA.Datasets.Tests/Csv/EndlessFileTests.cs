using System.Text;
using MedQA.Evaluation;

namespace MedQA.Datasets.Tests.Csv;

[Collection(typeof(Alone))]
public sealed class EndlessFileTests
{
    [Theory]
    [InlineData("field")]
    [InlineData("columns")]
    [InlineData("header")]
    [InlineData("quote")]
    [InlineData("json")]
    [InlineData("xml")]
    public async Task Endless_fields_and_columns_end_in_bounded_memory(string kind)
    {
        const string Header = "question,option_a,option_b,answer\n";
        using var endless = kind switch
        {
            "field" => new EndlessStream(Header, "xxxxxxxxxxxxxxxx"),
            "columns" => new EndlessStream(Header, ",,,,,,,,,,,,,,,,"),
            "header" => new EndlessStream("question", ",,,,,,,,,,,,,,,,"),
            "json" => new EndlessStream("{\"question\":\"Why?\",\"options\":[\"x\",\"y\"],\"answer\":\"x\"}\n{\"question\":\"", "xxxxxxxxxxxxxxxx"),
            "xml" => new EndlessStream("<LiveQA2017><NLM-QUESTION qid=\"1\"><Original-Question><SUBJECT>", "xxxxxxxxxxxxxxxx"),
            _ => new EndlessStream(Header + "\"", "line\nline\nline\n,"),
        };
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var fault = await Assert.ThrowsAsync<InputException>(() => SetReadings.RowsAsync(endless, new QuestionSetOptions { MaxBytes = 2L << 30 }));

        Assert.Contains(kind == "header" ? "longer than 65,536 characters" : "longer than 4,000,000 characters (MaxRecordLength)", fault.Message, StringComparison.Ordinal);
        // Mostly buffers that double, which a collection in between takes from their pool: then they are allocated twice.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 800 << 20);
    }

    /// <summary>Says that it has a gigabyte, and repeats a text.</summary>
    private sealed class EndlessStream(string start, string repeated) : Stream
    {
        private readonly byte[] _start = Encoding.ASCII.GetBytes(start);
        private readonly byte[] _repeated = Encoding.ASCII.GetBytes(repeated);

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => 1L << 30;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            count = (int)Math.Min(count, Length - Position);
            for (var i = 0; i < count; i++, Position++)
            {
                buffer[offset + i] = Position < _start.Length ? _start[Position] : _repeated[(Position - _start.Length) % _repeated.Length];
            }

            return count;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
