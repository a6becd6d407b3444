using System.Collections.Immutable;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Strategies;
using MedQA.Evaluation.Tests.Answering;
using MedQA.Evaluation.Tests.Reporting;

namespace MedQA.Evaluation.Tests.Prompting;

public sealed class NearestExemplarsTests
{
    private static readonly Question Asked = new() { Id = "q1", Dataset = "own", Text = "heart heart lung", Options = ["yes it is", "no it is not"], Gold = 0 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_most_similar_come_first_and_between_equal_ones_the_order_of_the_set_decides()
    {
        var chosen = await ChooseAsync(4, Example("far", "skin"), Example("near", "heart heart heart lung"), Example("same", "lung heart heart"), Example("twin", "heart lung heart"), Example("half", "lung"));
        Assert.Equal(["same", "twin", "near", "half"], chosen.Exemplars.Select(static exemplar => exemplar.Id));
    }

    [Fact]
    public async Task The_question_itself_is_never_an_example_neither_by_its_id_nor_by_its_text()
    {
        var chosen = await ChooseAsync(3, Example("q1", "lung"), Example("copy", " Heart  heart\nLUNG "), Example("other", "heart lung"));
        Assert.Equal(["other"], chosen.Exemplars.Select(static exemplar => exemplar.Id));
    }

    [Fact]
    public async Task What_was_chosen_is_asked_and_stands_with_the_answer_in_the_exact_prompt_and_in_the_report()
    {
        var model = new ScriptedModel { Embedding = new WordCounts() };
        var protocol = ProtocolOf(2, Example("skin", "skin skin"), Example("heart", "heart"), Example("lung", "lung heart"));
        var answered = await QuestionAnswerer.AnswerAsync(model, protocol, Asked, 0, TimeProvider.System, Cancel);

        Assert.Equal(["lung", "heart"], answered.ExemplarIds);
        Assert.Equal(2, answered.Exemplars);
        Assert.DoesNotContain("skin", ScriptedModel.TextOf(Assert.Single(model.Prompts)), StringComparison.Ordinal);
        var prompt = ExactPrompt.Of(protocol, Asked, answered).Text;
        Assert.True(prompt.IndexOf("lung heart", StringComparison.Ordinal) < prompt.IndexOf("heart heart lung", StringComparison.Ordinal));
        Assert.All(((ChatPrompt)model.Prompts[0]).Messages, message => Assert.Contains(message.Content, prompt, StringComparison.Ordinal));

        var report = Answers.Report(Answers.Header(1) with { Protocol = protocol }, answered);
        Assert.Equal([new ExemplarUse("heart", 1), new ExemplarUse("lung", 1)], report.ExemplarUses);
        Assert.Contains("the 2 nearest to each question by the model's embedding, of 3", ReportMarkdown.Write(report), StringComparison.Ordinal);
        Assert.Equal(report.ExemplarUses, ReportJson.Read(ReportJson.Write(report)).ExemplarUses);
    }

    [Fact]
    public async Task Where_not_all_fit_the_least_similar_are_left_out()
    {
        var model = new ScriptedModel { Embedding = new WordCounts(), Count = static prompt => 1000 * ((ChatPrompt)prompt).Messages.Length };
        var answered = await QuestionAnswerer.AnswerAsync(model, ProtocolOf(3, Example("skin", "skin"), Example("heart", "heart"), Example("lung", "lung heart")), Asked, 0, TimeProvider.System, Cancel);
        Assert.Equal(["lung"], answered.ExemplarIds);
    }

    [Fact]
    public async Task A_model_without_embedding_is_refused_with_the_name_of_the_setting()
    {
        var model = new ScriptedModel();
        var protocol = ProtocolOf(1, Example("heart", "heart"));
        Assert.Contains("\"exemplarSelection\": \"nearest\"", protocol.Profile.GetIncompatibility(model.Description), StringComparison.Ordinal);
        Assert.Null(protocol.Profile.GetIncompatibility(model.Description with { GivesEmbeddings = true }));
        Assert.Null((protocol.Profile with { ExemplarSelection = ExemplarSelection.Random }).GetIncompatibility(model.Description));
        var fault = await Assert.ThrowsAsync<InputException>(() => QuestionAnswerer.AnswerAsync(model, protocol, Asked, 0, TimeProvider.System, Cancel));
        Assert.Equal("exemplarSelection", fault.Location.Field);
    }

    [Fact]
    public void The_whole_set_is_there_to_choose_from()
    {
        var profile = BuiltInProfiles.Find("self-consistency")! with { Name = "near", ExemplarSelection = ExemplarSelection.Nearest, Exemplars = 1 };
        Assert.Equal(ExemplarSets.Find("medqa")!.Exemplars, Protocol.Of(profile, ["medqa_us_test_4opt"]).Exemplars);
        Assert.Empty(Protocol.Of(profile with { Exemplars = 0 }, ["medqa_us_test_4opt"]).Exemplars);
    }

    private static Exemplar Example(string id, string text) => new() { Id = id, Text = text, Options = ["yes it is", "no it is not"], Answer = 0, Explanation = "So it is." };

    private static Protocol ProtocolOf(int count, params ImmutableArray<Exemplar> pool) => Protocol.Of(
        BuiltInProfiles.Find("self-consistency")! with { Name = "near", ExemplarSelection = ExemplarSelection.Nearest, ExemplarSet = null, Exemplars = count, Examples = pool, Samples = 2 }, ["own"]);

    private static Task<Protocol> ChooseAsync(int count, params ImmutableArray<Exemplar> pool) => NearestExemplars.ChooseAsync(new WordCounts(), ProtocolOf(count, pool), Asked, Cancel);

    /// <summary>How often each of three words stands in a text.</summary>
    private sealed class WordCounts : ITextEmbedding
    {
        public Task<ImmutableArray<float>> EmbedAsync(string text, CancellationToken cancellationToken)
        {
            var words = text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            var counts = new[] { "heart", "lung", "skin" }.Select(word => (float)words.Count(other => other == word)).ToArray();
            var length = MathF.Sqrt(counts.Sum(static count => count * count));
            return Task.FromResult<ImmutableArray<float>>([.. counts.Select(count => count / length)]);
        }
    }
}
