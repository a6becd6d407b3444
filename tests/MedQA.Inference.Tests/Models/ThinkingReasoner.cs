using System.Text.Json.Nodes;

namespace MedQA.Inference.Tests.Models;

/// <summary>
/// The small model of sums as one that thinks: its full stop, which ends its explanations, is the token <c>&lt;/think&gt;</c>, and its chat
/// template opens the thought with an unused token, <c>&lt;think&gt;</c>.
/// </summary>
internal static class ThinkingReasoner
{
    private const string Template =
        "{{ messages[0].content }}{% if add_generation_prompt %}\nExplanation:{% if enable_thinking is not defined or enable_thinking %}<think>{% endif %}{% endif %}";

    public static ModelCopy Make()
    {
        var copy = ModelCopy.Of("reasoner");
        var tokenizer = JsonNode.Parse(File.ReadAllText(copy.FileAt("tokenizer.json")))!;
        var vocabulary = tokenizer["model"]!["vocab"]!.AsObject();
        foreach (var (sign, mark) in new[] { ("~", "<think>"), (".", "</think>") })
        {
            var id = (int)vocabulary[sign]!;
            vocabulary.Remove(sign);
            vocabulary.Add(mark, id);
            tokenizer["added_tokens"]!.AsArray().Add(JsonNode.Parse(
                $$"""{"id": {{id}}, "content": "{{mark}}", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": false}"""));
        }

        var settings = JsonNode.Parse(File.ReadAllText(copy.FileAt("tokenizer_config.json")))!;
        settings["chat_template"] = Template;
        return copy.With("tokenizer.json", tokenizer.ToJsonString()).With("tokenizer_config.json", settings.ToJsonString());
    }
}
