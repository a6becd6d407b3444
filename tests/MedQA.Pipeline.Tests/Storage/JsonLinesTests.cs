using System.Text;
using FsCheck;
using FsCheck.Xunit;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Tests.Storage;

public sealed class JsonLinesTests
{
    [Property(MaxTest = 100)]
    public async Task Lines_and_their_places_are_found_however_the_stream_is_cut(NonEmptyArray<byte> content, PositiveInt piece)
    {
        // Few different bytes, so that line feeds are frequent; repeated, so that lines cross the reader's buffers.
        var bytes = Enumerable.Repeat(content.Get.Select(static value => value % 4 == 0 ? (byte)'\n' : (byte)('a' + (value % 26))), 1 + (piece.Get % 7)).SelectMany(static part => part).ToArray();
        var expected = new List<(long, string, bool)>();
        var at = 0;
        while (at < bytes.Length)
        {
            var end = Array.IndexOf(bytes, (byte)'\n', at);
            var stop = end < 0 ? bytes.Length : end;
            if (stop > at)
            {
                expected.Add((at, Encoding.ASCII.GetString(bytes, at, stop - at), end >= 0));
            }

            at = stop + 1;
        }

        var found = new List<(long, string, bool)>();
        await foreach (var line in JsonLines.ReadAsync(new Trickle(bytes, 1 + (piece.Get % 5)), CancellationToken.None))
        {
            found.Add((line.Offset, Encoding.ASCII.GetString(line.Content.Span), line.Complete));
        }

        Assert.Equal(expected, found);
    }

    [Fact]
    public async Task A_line_longer_than_every_buffer_is_whole()
    {
        var bytes = Encoding.ASCII.GetBytes($"{new string('x', 300_000)}\n{new string('y', 200_000)}");
        var lengths = new List<(char, int, bool)>();
        await foreach (var line in JsonLines.ReadAsync(new MemoryStream(bytes), TestContext.Current.CancellationToken))
        {
            lengths.Add(((char)line.Content.Span[0], line.Content.Length, line.Complete));
        }

        Assert.Equal([('x', 300_000, true), ('y', 200_000, false)], lengths);
    }

    /// <summary>Gives a few bytes at a time, as a network does.</summary>
    private sealed class Trickle(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
