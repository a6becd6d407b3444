using System.Text;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Tests.Profiles;

/// <summary>The fields of profiles that steer what a model thinks.</summary>
public sealed class ThinkingProfileTests
{
    private static readonly ModelDescription Model = new Answering.ScriptedModel().Description with
    {
        ContextLength = 4096, TemplateVariables = ["enable_thinking", "reasoning_effort"], ClosingMarkTokens = 1,
    };

    private static readonly ModelDescription Service = Model with
    {
        Endpoint = new ModelEndpoint("localhost:8000", "qwen", null), TemplateVariables = null, ClosingMarkTokens = null,
    };

    [Fact]
    public void They_come_last_in_the_canonical_bytes_and_are_left_out_where_they_are_not_set()
    {
        var profile = Read("\"templateArguments\": { \"reasoning_effort\": \"low\", \"enable_thinking\": true, \"budget\": 1.5, \"a\": null }, \"thinkingTokens\": 0");

        Assert.EndsWith(
            ",\"templateArguments\":{\"a\":null,\"budget\":1.5,\"enable_thinking\":true,\"reasoning_effort\":\"low\"},\"thinkingTokens\":0}",
            Encoding.UTF8.GetString(CanonicalJson.Of(profile)), StringComparison.Ordinal);
        Assert.Equal(CanonicalJson.Of(profile), CanonicalJson.Of(ProfileReader.Parse(CanonicalJson.Of(profile), "again")));
        var none = Read("\"templateArguments\": null, \"thinkingTokens\": null");
        Assert.Equal((null, null), (none.TemplateArguments, none.ThinkingTokens));
        Assert.All(BuiltInProfiles.All.Append(none), static usual => Assert.DoesNotMatch("templateArguments|thinkingTokens", Encoding.UTF8.GetString(CanonicalJson.Of(usual))));
    }

    [Theory]
    [InlineData("\"templateArguments\": 3", "must be a JSON object of variables for the chat template")]
    [InlineData("\"templateArguments\": {}", "has 0 variables, but must have 1 to 32; leave it out for none.")]
    [InlineData("\"templateArguments\": { \"messages\": \"x\" }", "has \"messages\", which the template has already: the question, the instruction and the worked examples make it.")]
    [InlineData("\"templateArguments\": { \"date\": \"x\" }", "has \"date\", which the template has already: \"templateDate\" decides what it sees as today.")]
    [InlineData("\"templateArguments\": { \"bos_token\": \"x\" }", "has \"bos_token\", which the template has already")]
    [InlineData("\"templateArguments\": { \"add_generation_prompt\": false }", "has \"add_generation_prompt\", which the template has already")]
    [InlineData("\"templateArguments\": { \"tools\": null }", "questions are asked without any")]
    [InlineData("\"templateArguments\": { \"enable-thinking\": true }", "is no name of a variable")]
    [InlineData("\"templateArguments\": { \"\": true }", "is no name of a variable")]
    [InlineData("\"templateArguments\": { \"a\": [1] }", "has \"a\", which is neither a text, a number, true, false nor null.")]
    [InlineData("\"templateArguments\": { \"a\": 1, \"a\": 2 }", "has \"a\" twice.")]
    [InlineData("\"templateArguments\": { \"enable_thinking\": \"False\" }", "write false without quotation marks.")]
    [InlineData("\"templateArguments\": { \"enable_thinking\": \"off\" }", "write false without quotation marks.")]
    [InlineData("\"templateArguments\": { \"enable_thinking\": \"No\" }", "write false without quotation marks.")]
    [InlineData("\"templateArguments\": { \"enable_thinking\": \"0\" }", "write false without quotation marks.")]
    [InlineData("\"templateArguments\": { \"enable_thinking\": \"FALSE\" }", "write false without quotation marks.")]
    [InlineData("\"templateArguments\": { \"enable_thinking\": \"on\" }", "write true without quotation marks.")]
    [InlineData("\"templateArguments\": { \"enable_thinking\": \"yes\" }", "write true without quotation marks.")]
    [InlineData("\"templateArguments\": { \"enable_thinking\": \" 1 \" }", "write true without quotation marks.")]
    [InlineData("\"templateArguments\": { \"enable_thinking\": \"\" }", "as an empty text; write true or false without quotation marks")]
    [InlineData("\"templateArguments\": { \"reasoning_effort\": 3 }", "has \"reasoning_effort\", which must be a text, such as \"low\".")]
    [InlineData("\"templateArguments\": { \"reasoning_effort\": true }", "has \"reasoning_effort\", which must be a text, such as \"low\".")]
    [InlineData("\"templateArguments\": { \"reasoning_effort\": null }", "has \"reasoning_effort\", which must be a text, such as \"low\".")]
    [InlineData("\"templateArguments\": { \"reasoning_effort\": \"\" }", "has \"reasoning_effort\", which must be a text, such as \"low\".")]
    [InlineData("\"templateArguments\": { \"a\": 1 }, \"format\": \"completion\"", "\"format\" is \"completion\", which uses none")]
    [InlineData("\"templateArguments\": { \"reasoning_effort\": \"low\" }, \"modelOptions\": { \"reasoning_effort\": \"high\" }", "has \"reasoning_effort\", and \"modelOptions\" decides it too")]
    [InlineData("\"templateArguments\": { \"a\": 1 }, \"modelOptions\": { \"chat_template_kwargs\": { \"a\": 2 } }", "has \"a\", and \"modelOptions\" decides it too")]
    [InlineData("\"thinkingTokens\": -1", "is -1, but must be null or a whole number from 0 to 1,000,000")]
    [InlineData("\"thinkingTokens\": 256", "is 256, but must be below \"maxTokens\", 256")]
    public void What_makes_no_sense_is_refused_with_the_field_and_what_to_do(string fields, string problem) =>
        Assert.Contains(problem, Assert.Throws<InputException>(() => Read(fields)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_strategy_that_writes_nothing_has_no_budget() => Assert.Contains(
        "likelihood writes nothing, so that it thinks nothing either; remove it.",
        Assert.Throws<InputException>(() => ProfileReader.Parse("""{"name": "x", "strategy": "likelihood", "thinkingTokens": 8}""", "test")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("\"templateArguments\": { \"enable_thinking\": false }", null)]
    [InlineData("\"templateArguments\": { \"thinking\": false }", "\"thinking\" (\"templateArguments\"), which the template of model scripted does not read, so that it would change nothing; it reads enable_thinking, reasoning_effort.")]
    [InlineData("\"thinkingTokens\": 64", null)]
    [InlineData("\"thinkingTokens\": 255", "closes a thought with 1 token, which leaves none for the answer")]
    public void A_model_of_the_workers_takes_what_its_template_reads(string fields, string? problem) => Says(problem, Read(fields), Model);

    [Fact]
    public void A_model_without_a_mark_has_no_budget_unless_the_profile_opens_the_thought()
    {
        var profile = Read("\"thinkingTokens\": 64");
        Says("no mark is known by which model scripted closes a thought, such as </think>", profile, Model with { ClosingMarkTokens = 0 });
        Says(null, profile, Model with { ClosingMarkTokens = null });
        Says(null, Read("\"thinkingTokens\": 64, \"format\": \"completion\", \"template\": \"{question}\\n<think>\\n\""), Model with { ClosingMarkTokens = 0 });
        Says("it reads no variables of its own: leave the field out.", Read("\"templateArguments\": { \"a\": 1 }"), Model with { TemplateVariables = [] });
    }

    [Fact]
    public void A_service_takes_an_effort_and_variables_only_where_its_file_says_so()
    {
        Says(null, Read("\"templateArguments\": { \"reasoning_effort\": \"low\" }"), Service);
        Says("add \"supports\": { \"templateArguments\": true } for vLLM", Read("\"templateArguments\": { \"enable_thinking\": false }"), Service);
        Says(null, Read("\"templateArguments\": { \"enable_thinking\": false }"), Service with { TakesTemplateArguments = true });
        Says("the thoughts of model scripted are its service's", Read("\"thinkingTokens\": 64"), Service with { TakesTemplateArguments = true });
    }

    [Fact]
    public void Prompts_carry_the_arguments()
    {
        var protocol = Protocol.Of(Read("\"templateArguments\": { \"enable_thinking\": false }, \"exemplarSet\": null, \"exemplars\": 0"), ["d"]);
        var question = new Question { Id = "q", Dataset = "d", Text = "Which?", Options = ["a", "b"] };

        Assert.Equal("""{"enable_thinking":false}""", Assert.IsType<ChatPrompt>(PromptBuilder.Build(protocol, question)).TemplateArguments);
        Assert.Equal("""{"enable_thinking":false}""", PromptBuilder.BuildFollowUp(protocol, question, "I do not know.").TemplateArguments);
    }

    private static void Says(string? problem, Profile profile, ModelDescription model)
    {
        if (problem is null)
        {
            Assert.Null(profile.GetIncompatibility(model));
        }
        else
        {
            Assert.Contains(problem, profile.GetIncompatibility(model), StringComparison.Ordinal);
        }
    }

    private static Profile Read(string fields) =>
        ProfileReader.Parse($$"""{ "name": "thinking", "strategy": "self-consistency", "maxTokens": 256, {{fields}} }""", "test");
}
