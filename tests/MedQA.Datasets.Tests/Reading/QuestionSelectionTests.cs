using System.Globalization;
using FsCheck.Xunit;

namespace MedQA.Datasets.Tests.Reading;

/// <summary>The first questions of a set, or a sample of them.</summary>
public sealed class QuestionSelectionTests
{
    [Fact]
    public async Task The_first_questions_are_the_first_usable_ones_and_what_follows_is_not_read()
    {
        var notes = new List<string>();
        var rows = await ReadAsync(Set(1, 0, 2, 3) + "broken \"row", new QuestionSetOptions { Limit = 2, Noted = notes.Add });

        Assert.Equal(["q1", null, "q2"], rows.Select(static row => (row as AcceptedRow)?.Question.Id));
        Assert.Equal(["Only the file's first 2 usable questions are asked."], notes);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task A_limit_or_sample_that_has_room_for_all_questions_takes_them_all_and_says_nothing(int size)
    {
        foreach (var options in (QuestionSetOptions[])[new() { Limit = size }, new() { Sample = size }])
        {
            var notes = new List<string>();
            Assert.Equal(4, (await ReadAsync(Set(1, 0, 2, 3), options with { Noted = notes.Add })).Count);
            Assert.Empty(notes);
        }
    }

    [Fact]
    public async Task A_sample_keeps_unusable_rows_and_the_order_and_says_of_how_many_it_is()
    {
        var notes = new List<string>();
        var rows = await ReadAsync(Set([.. Enumerable.Range(1, 200), 0]), new QuestionSetOptions { Sample = 40, Noted = notes.Add });

        var ids = rows.OfType<AcceptedRow>().Select(static row => int.Parse(row.Question.Id[1..], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(40, ids.Count);
        Assert.Equal(ids.Order(), ids);
        Assert.InRange(ids.Count(static id => id <= 100), 10, 30);
        Assert.Single(rows.OfType<RejectedRow>());
        Assert.Equal(["A random sample of 40 of the file's 200 usable questions is asked."], notes);
    }

    [Property(MaxTest = 30)]
    public async Task A_smaller_sample_is_part_of_a_larger_one_whatever_the_order_of_the_file(int seed)
    {
        var random = new Random(seed);
        var numbers = Enumerable.Range(1, random.Next(5, 60)).ToArray();
        var (small, large) = (random.Next(1, numbers.Length), random.Next(1, numbers.Length));
        (small, large) = (Math.Min(small, large), Math.Max(small, large));
        var smaller = await IdsAsync(Set(numbers), small);
        random.Shuffle(numbers);
        var larger = await IdsAsync(Set(numbers), large);

        Assert.Equal((small, large), (smaller.Count, larger.Count));
        Assert.Subset(larger, smaller);
    }

    [Fact]
    public async Task A_pipe_can_be_sampled()
    {
        using var pipe = new PipeStream(Set([.. Enumerable.Range(1, 50)]));

        Assert.Equal(5, (await SetReadings.RowsAsync(pipe, new QuestionSetOptions { Sample = 5 })).Count);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(null, -1)]
    [InlineData(1, 1)]
    public async Task Sizes_that_mean_nothing_are_refused(int? limit, int? sample) =>
        await Assert.ThrowsAsync<ArgumentException>(() => ReadAsync(Set(1), new QuestionSetOptions { Limit = limit, Sample = sample }));

    private static async Task<HashSet<string>> IdsAsync(string set, int size) =>
        [.. (await ReadAsync(set, new QuestionSetOptions { Sample = size })).OfType<AcceptedRow>().Select(static row => row.Question.Id)];

    private static Task<List<QuestionSetRow>> ReadAsync(string text, QuestionSetOptions options) => SetReadings.RowsAsync(text, options);

    /// <summary>A set with a question for each number; 0 is a row without an answer that is among its options.</summary>
    private static string Set(params int[] numbers) => "id,question,option_a,option_b,answer\n" + string.Concat(numbers.Select(static number =>
        string.Create(CultureInfo.InvariantCulture, $"q{number},What is {number}?,one,two,{(number == 0 ? "F" : "A")}\n")));

    private sealed class PipeStream(string text) : MemoryStream(System.Text.Encoding.UTF8.GetBytes(text))
    {
        public override bool CanSeek => false;
    }
}
