using System.Text.RegularExpressions;
using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Tests.Profiles;

public sealed partial class ExemplarSetsTests
{
    public static TheoryData<string> Names => [.. ExemplarSets.Names];

    [Fact]
    public void There_is_a_set_for_every_benchmark() => Assert.Equal(
        [
            "consumer", "medmcqa", "medqa", "mmlu_anatomy", "mmlu_clinical_knowledge", "mmlu_college_biology", "mmlu_college_medicine", "mmlu_medical_genetics", "mmlu_professional_medicine", "pubmedqa",
        ],
        ExemplarSets.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_set_is_complete_and_its_letters_are_spread(string name)
    {
        var set = ExemplarSets.Find(name)!;

        Assert.Equal(name == "pubmedqa" ? 3 : 5, set.Exemplars.Length);
        Assert.NotEqual("", set.Description);
        Assert.All(set.Exemplars, static exemplar => Assert.InRange(exemplar.Explanation.Length, 60, 800));
        if (name == "consumer")
        {
            Assert.All(set.Exemplars, static exemplar => Assert.Empty(exemplar.Options));
            return;
        }

        var letters = set.Exemplars.GroupBy(static exemplar => exemplar.Answer!.Value).Select(static group => group.Count()).ToList();
        Assert.Equal(set.Exemplars[0].Options.Length, letters.Count);
        Assert.InRange(letters.Max() - letters.Min(), 0, 1);
        Assert.Equal(3, set.Exemplars.Take(3).Select(static exemplar => exemplar.Answer).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_answer_of_every_worked_example_is_read_from_what_it_shows(string name)
    {
        var profile = BuiltInProfiles.Find("self-consistency")!;
        foreach (var exemplar in ExemplarSets.Find(name)!.Exemplars.Where(static exemplar => exemplar.Answer is not null))
        {
            var shown = (ChatPrompt)PromptBuilder.Build(new Protocol(profile, [exemplar]), new Question { Id = "q", Dataset = "d", Text = "?", Options = ["x", "y"] });
            var extraction = new AnswerExtraction(AnswerSpaces.Of(exemplar.Options), exemplar.Options);

            Assert.Equal(exemplar.Answer, extraction.Find(shown.Messages[1].Content)?.Option);
        }
    }

    [Theory]
    [InlineData("medqa_us_test_4opt", "medqa")]
    [InlineData("medmcqa_dev", "medmcqa")]
    [InlineData("MMLU_anatomy_test", "mmlu_anatomy")]
    [InlineData("mmlu_college_medicine", "mmlu_college_medicine")]
    [InlineData("pubmedqa_test", "pubmedqa")]
    [InlineData("my-hospital", "medqa")]
    public void The_set_is_chosen_by_the_data_set(string dataset, string set) =>
        Assert.Equal(set, ExemplarSets.Resolve(ExemplarSets.Auto, dataset, freeAnswer: false).Name);

    [Fact]
    public void Free_answers_have_the_consumer_questions() => Assert.Equal("consumer", ExemplarSets.Resolve(ExemplarSets.Auto, "liveqa", freeAnswer: true).Name);

    [Fact]
    public void A_run_over_several_data_sets_has_the_worked_examples_of_each()
    {
        var protocol = Protocol.Of(BuiltInProfiles.Find("self-consistency")!, ["pubmedqa_test", "medqa_test", "other"]);

        Assert.StartsWith("medqa-", protocol.ExemplarsFor(new Question { Id = "q", Dataset = "medqa_test", Text = "?" })[0].Id, StringComparison.Ordinal);
        Assert.StartsWith("pubmedqa-", protocol.ExemplarsFor(new Question { Id = "q", Dataset = "pubmedqa_test", Text = "?" })[0].Id, StringComparison.Ordinal);
        Assert.Equal("pubmedqa_test", Assert.Single(protocol.DatasetExemplars).Dataset);
        Assert.All(protocol.WithAtMost(1).DatasetExemplars, static set => Assert.Single(set.Exemplars));
    }

    [Fact]
    public void Random_selection_depends_on_the_seed_alone_and_more_examples_begin_with_fewer()
    {
        var set = ExemplarSets.Find("medqa")!;
        var profile = BuiltInProfiles.Find("self-consistency")! with { ExemplarSelection = ExemplarSelection.Random };

        var drawn = Enumerable.Range(0, 40).Select(seed => string.Join(' ', ExemplarSelector.Select(profile with { Seed = seed }, set).Select(static exemplar => exemplar.Id))).ToList();

        Assert.Equal(drawn[7], string.Join(' ', ExemplarSelector.Select(profile with { Seed = 7 }, set).Select(static exemplar => exemplar.Id)));
        Assert.InRange(drawn.Distinct().Count(), 20, 40);
        Assert.StartsWith(string.Join(' ', ExemplarSelector.Select(profile with { Seed = 7, Exemplars = 2 }, set).Select(static exemplar => exemplar.Id)), drawn[7], StringComparison.Ordinal);
        Assert.All(drawn, static ids => Assert.Equal(3, ids.Split(' ').Distinct().Count()));
    }

    /// <summary>Word shingles of eight: two questions that share a quarter of the shorter one's are the same question in other words.</summary>
    [Fact]
    public void No_worked_example_is_a_question_of_the_benchmarks()
    {
        var folder = Repository.SharedPathOf("data", "csv");
        var files = Directory.GetFiles(folder, "*.csv");
        Assert.NotEmpty(files);
        var published = files.SelectMany(static file => Shingles(File.ReadAllText(file))).ToHashSet();

        foreach (var exemplar in ExemplarSets.Names.SelectMany(static name => ExemplarSets.Find(name)!.Exemplars))
        {
            var own = Shingles($"{exemplar.Context} {exemplar.Text}").Distinct().ToList();
            Assert.True(own.Count(published.Contains) <= own.Count / 4, $"{exemplar.Id} is nearly a question of the benchmarks: {string.Join(" | ", own.Where(published.Contains))}");
        }
    }

    private static IEnumerable<int> Shingles(string text)
    {
        var words = Words().EnumerateMatches(text);
        var window = new Queue<int>();
        var hashes = new List<int>();
        foreach (var match in words)
        {
            window.Enqueue(string.GetHashCode(text.AsSpan(match.Index, match.Length), StringComparison.OrdinalIgnoreCase));
            if (window.Count == 8)
            {
                hashes.Add(window.Aggregate(17, HashCode.Combine));
                window.Dequeue();
            }
        }

        return hashes;
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Words();
}
