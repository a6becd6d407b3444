using System.Diagnostics;
using System.Globalization;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tests.Fuzzing;

/// <summary>Byte-level mutations of good files. A share runs here; <c>MEDQA_FUZZ_CASES</c> sets how many of each file, <c>MEDQA_FUZZ_SEED</c> where the seeds begin.</summary>
[Collection(nameof(Alone))]
public sealed class BadFileTests
{
    private const long MaxAllocated = 256L << 20;

    /// <summary>Cases take milliseconds; the rest is room for a machine with other work.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(30);

    private static readonly int Cases = Setting("MEDQA_FUZZ_CASES", 250);

    private static readonly int FirstSeed = Setting("MEDQA_FUZZ_SEED", 1);

    public static TheoryData<string> Files => [.. GoodFiles.Names];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Bad_files_give_rows_or_one_sentence(string name)
    {
        var good = await GoodFiles.OfAsync(name);
        for (var seed = FirstSeed; seed < FirstSeed + Cases; seed++)
        {
            var bytes = Mutation.Of(good, new Random(HashCode(name, seed)));
            var allocated = GC.GetTotalAllocatedBytes();
            var clock = Stopwatch.StartNew();
            try
            {
                await Task.Run(() => CheckAsync(name, bytes), TestContext.Current.CancellationToken).WaitAsync(MaxTime, TestContext.Current.CancellationToken);
            }
            catch (Exception fault)
            {
                var kept = Path.Combine(Path.GetTempPath(), $"medqa-fuzz-{name}-{seed}");
                await File.WriteAllBytesAsync(kept, bytes, TestContext.Current.CancellationToken);
                Assert.Fail($"{name}, seed {seed} (kept as {kept}), after {clock.Elapsed.TotalSeconds:F1} s: {fault}");
            }

            allocated = GC.GetTotalAllocatedBytes() - allocated;
            Assert.True(allocated < MaxAllocated, $"{name}, seed {seed}: {allocated >> 20} MiB were allocated for {bytes.Length} bytes.");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Good_files_are_read_the_same_however_their_bytes_arrive(string name)
    {
        var good = await GoodFiles.OfAsync(name);
        if (name == "decisions")
        {
            Assert.Equal(2, (await DecisionList.ReadAsync(new DribblingStream(good, 3), new QuestionSetOptions(), TestContext.Current.CancellationToken)).Count);
            return;
        }

        var whole = await Reading.RowsAsync(good);

        Assert.NotEmpty(whole);
        Assert.DoesNotContain(whole, static row => row is RejectedRow);
        foreach (var most in (int[])[1, 2, 7, 4096])
        {
            Assert.Equal(Reading.Questions(whole).Select(Reading.Outline), Reading.Questions(await Reading.RowsAsync(new DribblingStream(good, most))).Select(Reading.Outline));
        }
    }

    private static async Task CheckAsync(string name, byte[] bytes)
    {
        var options = new QuestionSetOptions { FileName = "bad.file" };
        using var stream = new MemoryStream(bytes);
        try
        {
            if (name == "decisions")
            {
                Assert.All(await DecisionList.ReadAsync(stream, options, TestContext.Current.CancellationToken), static decision => Assert.NotNull(decision.Value));
                return;
            }

            var ids = new HashSet<(string, string)>();
            var line = 0;
            await foreach (var row in QuestionSetReader.ReadAsync(stream, options, TestContext.Current.CancellationToken))
            {
                Assert.True(row.Line >= Math.Max(line, 1), $"Line {row.Line} after line {line}.");
                line = row.Line;
                if (row is AcceptedRow accepted)
                {
                    CheckQuestion(accepted.Question);
                    Assert.True(ids.Add((accepted.Question.Dataset, accepted.Question.Id)));
                }
                else
                {
                    Assert.Matches("\\S.*[.:…?)]$", Assert.IsType<RejectedRow>(row).Reason);
                }
            }
        }
        catch (QuestionSetException fault)
        {
            Assert.Matches("^bad.file(, line [1-9][0-9]*)?: \\S.*[.?]$", fault.Message.ReplaceLineEndings(" "));
            Assert.True(fault.Message.Length < 1500, fault.Message);
        }
    }

    private static void CheckQuestion(Question question)
    {
        Assert.False(string.IsNullOrWhiteSpace(question.Text));
        Assert.False(string.IsNullOrWhiteSpace(question.Id));
        Assert.False(string.IsNullOrWhiteSpace(question.Dataset));
        Assert.True(question.Id.Length <= 200);
        Assert.True(question.Options.Length is 0 or (>= 2 and <= OptionLetter.MaxOptions));
        Assert.True(question.Gold is null || (question.Gold >= 0 && question.Gold < question.Options.Length));
        foreach (var text in (string[])[question.Text, question.Context ?? "", question.Topic ?? "", question.Id, .. question.Options, .. question.ReferenceAnswers])
        {
            Assert.DoesNotContain('\0', text);
            Assert.DoesNotContain('\uFFFF', text);
            Assert.All(text.EnumerateRunes(), static rune => Assert.True(rune.Value != 0xFFFF));
        }
    }

    private static int Setting(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    /// <summary>A seed that is the same on every machine.</summary>
    private static int HashCode(string name, int seed) => name.Aggregate(seed, static (hash, letter) => unchecked((hash * 31) + letter));

    /// <summary>Gives only a few bytes at a time.</summary>
    private sealed class DribblingStream(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, most));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, most)]);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => base.ReadAsync(buffer, offset, Math.Min(count, most), cancellationToken);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
    }
}
