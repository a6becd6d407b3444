using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MedQA.Evaluation.Questions;
using MedQA.Files;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Splitting;

/// <summary>
/// Draws the order in which the questions of a run are asked that may stop early: by the hash of the seed and a question's place in the
/// file, so that it says nothing about the question and is the same each time. The questions wait in a temporary file; per question a few
/// bytes are in memory.
/// </summary>
/// <param name="seed">The profile's seed.</param>
internal sealed class AskingOrder(long seed) : IAsyncDisposable
{
    private readonly FileStream _spool = OutputFile.OpenTemporary();
    private readonly List<(ulong Rank, int Place, long Offset, int Length)> _places = [];
    private long _end;

    /// <summary>Takes the next question of the file.</summary>
    public async Task AddAsync(Question question, CancellationToken cancellationToken)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(new BatchQuestion(_places.Count, question), PipelineJson.Compact.BatchQuestion);
        await _spool.WriteAsync(line, cancellationToken);
        _places.Add((RankOf(seed, _places.Count), _places.Count, _end, line.Length));
        _end += line.Length;
    }

    /// <summary>The questions in the order in which they are asked.</summary>
    public async IAsyncEnumerable<Question> DrawnAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _places.Sort();
        foreach (var (_, _, offset, length) in _places)
        {
            var line = new byte[length];
            _spool.Position = offset;
            await _spool.ReadExactlyAsync(line, cancellationToken);
            yield return JsonSerializer.Deserialize(line, PipelineJson.Compact.BatchQuestion)!.Question;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _spool.DisposeAsync();

    /// <summary>Where a question stands in the order: questions are asked by ascending ranks.</summary>
    internal static ulong RankOf(long seed, int place) => BinaryPrimitives.ReadUInt64BigEndian(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"until\n{seed}\n{place}"))));
}
