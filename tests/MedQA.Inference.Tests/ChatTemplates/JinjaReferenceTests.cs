using System.Collections.Immutable;
using System.Text.Json.Nodes;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.ChatTemplates;

namespace MedQA.Inference.Tests.ChatTemplates;

/// <summary>Expressions, statements and white space control, each against what Jinja2 renders with transformers' settings.</summary>
public sealed class JinjaReferenceTests
{
    [Fact]
    public void Every_template_renders_as_Jinja_renders_it()
    {
        var reference = JsonNode.Parse(File.ReadAllBytes(Repository.PathOf("tests", "MedQA.Inference.Tests", "ChatTemplates", "jinja.json")))!;
        var messages = reference["messages"]!.AsArray().Select(static message => new ChatMessage((string)message!["role"]!, (string)message["content"]!)).ToList();
        var tokens = ImmutableSortedDictionary<string, string>.Empty.Add("bos_token", "<s>").Add("eos_token", "</s>");
        var cases = reference["cases"]!.AsArray();
        Assert.True(cases.Count > 400);
        foreach (var item in cases)
        {
            var source = (string)item!["template"]!;
            var template = ChatTemplate.Parse(source, "template", tokens);
            if ((string?)item["rejection"] is { } rejection)
            {
                Assert.Equal(rejection, Assert.Throws<TemplateRejectionException>(() => template.Render(messages, new(2026, 1, 5))).Message);
                continue;
            }

            var rendered = string.Concat(template.Render(messages, new(2026, 1, 5)).Select(static segment => segment.Text));
            Assert.True((string)item["text"]! == rendered, $"{source}\n  Jinja: {item["text"]}\n  here:  {rendered}");
        }
    }
}
