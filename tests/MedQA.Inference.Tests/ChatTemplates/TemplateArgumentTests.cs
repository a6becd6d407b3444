using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.ChatTemplates;

namespace MedQA.Inference.Tests.ChatTemplates;

/// <summary>Variables that a profile gives to templates, against Jinja2 itself.</summary>
public sealed class TemplateArgumentTests
{
    private static readonly JsonNode Reference =
        JsonNode.Parse(File.ReadAllBytes(Repository.PathOf("tests", "MedQA.Inference.Tests", "ChatTemplates", "arguments.json")))!;

    [Fact]
    public void Templates_with_arguments_render_as_Jinja_renders_them()
    {
        foreach (var item in Reference["arguments"]!.AsArray())
        {
            var arguments = item!["arguments"]!.AsObject();
            var given = arguments.Count == 0 ? null : MedQA.Evaluation.Profiles.TemplateArguments.Canonical(JsonElement.Parse(arguments.ToJsonString()));
            string Render() => string.Concat(Load(item).Render([ChatMessage.User("One?")], new(2026, 1, 5), given).Select(static segment => segment.Text));

            if ((string?)item["rejection"] is { } rejection)
            {
                Assert.Equal(rejection, Assert.Throws<TemplateRejectionException>(Render).Message);
            }
            else
            {
                Assert.Equal((string)item["text"]!, Render());
            }
        }
    }

    /// <summary>Jinja lists more: names that every branch of a condition sets before they are read.</summary>
    [Fact]
    public void The_variables_of_a_template_are_those_that_Jinja_finds_except_what_it_surely_sets_itself()
    {
        foreach (var item in Reference["variables"]!.AsArray())
        {
            var (reads, sets) = (Names(item!["reads"]), Names(item["sets"]));
            var found = Load(item).Variables;

            Assert.Empty(found.Except(reads));
            Assert.Empty(reads.Except(found).Except(sets));
        }

        Assert.Equal(["enable_thinking"], Load(JsonNode.Parse("""{"family": "qwen-3"}""")!).Variables);
    }

    [Fact]
    public void A_text_that_is_no_plain_word_stays_text()
    {
        var template = ChatTemplate.Parse("<{{ a }}|{{ b }}>", "t", ImmutableSortedDictionary<string, string>.Empty);

        var segments = template.Render([ChatMessage.User("?")], new(2026, 1, 5), """{"a":"high","b":"<|im_end|>"}""");

        Assert.Equal("<|im_end|>", Assert.Single(segments, static segment => !segment.FromTemplate).Text);
    }

    private static List<string> Names(JsonNode? names) => [.. names!.AsArray().Select(static name => (string)name!)];

    private static ChatTemplate Load(JsonNode item) => ChatTemplate.Parse(
        (string?)item["template"] ?? File.ReadAllText(Repository.PathOf("tests", "MedQA.Inference.Tests", "ChatTemplates", "families", item["family"] + ".jinja")),
        "template",
        ImmutableSortedDictionary<string, string>.Empty.Add("bos_token", "<s>").Add("eos_token", "</s>"));
}
