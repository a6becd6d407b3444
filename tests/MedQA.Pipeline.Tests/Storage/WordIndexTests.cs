using FsCheck.Xunit;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Storage;

public sealed class WordIndexTests(AzuriteFixture azurite)
{
    private static readonly RunId Run = RunId.Parse("aaaaaaaaaaaaaaaa");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly string[] Words =
        ["Aspirin", "aspirin-like", "ASPIRATION", "naïve", "NAÏVE", "İstanbul", "straße", "β-blocker", "1.5", "15", "T3/T4", "Sjögren's", "x\u0301y", "漢字", "𝔸lpha", "e\u0000f", new string('w', 80), "(none)", "%", "don't"];

    [Fact]
    public async Task What_holds_a_part_of_a_word_in_any_case_is_among_the_candidates_and_little_else()
    {
        var storage = await azurite.NewAsync();
        var texts = Enumerable.Range(0, 400).Select(static i => new IndexedText(i, $"id-{i}", "set", i % 3 == 0 ? "Topic" : null, $"{Words[i % Words.Length]} {i * 7919} {Words[i * 3 % Words.Length]}.", $"one{i}\ntwo")).ToList();
        await WriteAsync(storage, texts);
        var index = new WordIndex(storage, Run);
        foreach (var sought in (string[])["aspir", "LIKE", "ïve", "sTRASSE", "straße", "β-b", "1.5", "T3/", "gren's", "字", "𝔸", "lph", "wwww", "w", "id-17", "ONE39", "topic set", "aspirin 15", "nowhere", "x\u0301", "e\u0000f", "don't two"])
        {
            var words = sought.Split(' ');
            var expected = texts.Where(text => text.HasAll(words)).Select(static text => text.Ordinal).ToList();
            var candidates = await index.CandidatesAsync(0, words, Cancel);

            Assert.NotNull(candidates);
            Assert.Equal(candidates.Order(), candidates);
            Assert.Empty(expected.Except(candidates));

            // Those with a word too long for the index (80 letters), or with letters of two units, are candidates of everything: at most 4 of 20 texts have one. Short parts stand in many words.
            if (words.SelectMany(WordIndex.PartsOf).All(static part => part.Length > 2))
            {
                Assert.InRange(candidates.Count, expected.Count, expected.Count + 80);
            }
        }

        Assert.Contains(17, (await index.CandidatesAsync(0, ["id-17", "134623"], Cancel))!);
        Assert.Null(await index.CandidatesAsync(0, ["%"], Cancel));
        Assert.Null(await index.CandidatesAsync(1, ["aspirin"], Cancel));
    }

    [Fact]
    public async Task Each_segment_has_its_own_words_and_ordinals_of_the_run()
    {
        var storage = await azurite.NewAsync();
        var last = WordIndex.SegmentSize + 2;
        await WriteAsync(storage, Enumerable.Range(0, last + 1).Select(static i => new IndexedText(i, $"q{i}", "set", null, "finding", null)));
        var index = new WordIndex(storage, Run);

        Assert.Equal([last], (await index.CandidatesAsync(1, [$"q{last}"], Cancel))!);
        Assert.Equal(Enumerable.Range(WordIndex.SegmentSize, 3), (await index.CandidatesAsync(1, ["finding"], Cancel))!);
        Assert.Equal([4711], (await index.CandidatesAsync(0, ["Q4711"], Cancel))!);
        Assert.Empty((await index.CandidatesAsync(0, [$"q{last}"], Cancel))!);

        // In each of the segment's questions, and in a hundred words of them.
        Assert.Equal(WordIndex.SegmentSize, (await index.CandidatesAsync(0, ["INDI"], Cancel))!.Count);
    }

    [Property]
    public bool The_parts_of_a_word_are_its_runs_of_letters_and_digits_in_capitals(string word) =>
        word is null || WordIndex.PartsOf(word).All(part => part.All(WordIndex.IsOfWord) && word.Contains(part, StringComparison.OrdinalIgnoreCase))
            && WordIndex.PartsOf(word).Sum(static part => part.Length) == word.ToUpperInvariant().Count(WordIndex.IsOfWord);

    private static async Task WriteAsync(RunStorage storage, IEnumerable<IndexedText> texts)
    {
        var writer = new WordIndex.Writer(storage, Run);
        foreach (var text in texts)
        {
            await writer.AddAsync(text, Cancel);
        }

        await writer.CompleteAsync(Cancel);
    }
}
