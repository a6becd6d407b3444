using MedQA.Datasets.Reading;
using MedQA.Evaluation;
using MedQA.Evaluation.Questions;
using MedQA.Testing.Fuzzing;

namespace MedQA.Datasets.Tests.Fuzzing;

/// <summary>Byte-level mutations of good files, see <see cref="Fuzz"/>.</summary>
[Collection(typeof(Alone))]
public sealed class BadFileTests
{
    public static TheoryData<string> Files => [.. GoodFiles.Names];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Bad_files_give_rows_or_one_sentence(string name)
    {
        await Fuzz.RunAsync(name, [await GoodFiles.OfAsync(name)], 250, bytes => CheckAsync(name, bytes));
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

        var whole = await SetReadings.RowsAsync(good);

        Assert.NotEmpty(whole);
        Assert.DoesNotContain(whole, static row => row is RejectedRow);
        foreach (var most in (int[])[1, 2, 7, 4096])
        {
            Assert.Equal(SetReadings.Questions(whole).Select(SetReadings.Outline), SetReadings.Questions(await SetReadings.RowsAsync(new DribblingStream(good, most))).Select(SetReadings.Outline));
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
        catch (InputException exception)
        {
            Assert.Matches("^bad.file(, line [1-9][0-9]*)?: \\S.*[.?]$", exception.Message.ReplaceLineEndings(" "));
            Assert.True(exception.Message.Length < 1500, exception.Message);
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

    /// <summary>Gives only a few bytes at a time.</summary>
    private sealed class DribblingStream(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, most));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, most)]);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => base.ReadAsync(buffer, offset, Math.Min(count, most), cancellationToken);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
    }
}
