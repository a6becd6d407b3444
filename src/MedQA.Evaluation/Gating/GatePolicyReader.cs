using System.Text.Json;

namespace MedQA.Evaluation.Gating;

/// <summary>Reads policies and checks their values.</summary>
public static class GatePolicyReader
{
    private static readonly string TextRule =
        $"must have 1 to {GatePolicy.MaxText} characters and no control characters, or be left out.";

    /// <summary>Reads a policy from JSON.</summary>
    /// <param name="utf8">The JSON, with or without a byte order mark.</param>
    /// <param name="source">Where it comes from, for messages: a file.</param>
    /// <exception cref="InputException">It is no policy; the message names the field.</exception>
    public static GatePolicy Parse(ReadOnlyMemory<byte> utf8, string source)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        try
        {
            using var document = JsonDocument.Parse(utf8);
            return JsonShape.FaultOf(document.RootElement, GateJson.Default.GatePolicy) is { } wrong
                ? throw Fault(source, wrong)
                : Check(document.Deserialize(GateJson.Default.GatePolicy)!, source);
        }
        catch (JsonException exception)
        {
            throw new InputException(
                new FaultLocation(source), $"The policy is not JSON: {JsonShape.PlaceOf(exception)}.", inner: exception);
        }
    }

    /// <summary>Checks the values of a policy.</summary>
    /// <returns>The policy.</returns>
    /// <exception cref="InputException">A value is not allowed; the message names its field.</exception>
    public static GatePolicy Check(GatePolicy policy, string source) =>
        FaultOf(policy ?? throw new ArgumentNullException(nameof(policy))) is { } wrong ? throw Fault(source, wrong) : policy;

    /// <summary>Returns the first value that is not allowed, or <see langword="null"/>.</summary>
    public static JsonFault? FaultOf(GatePolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.FamilyConfidence is not (>= 0.5 and <= 0.9999))
        {
            return new JsonFault("confidence", "must be a number from 0.5 to 0.9999.");
        }

        if (policy.Title is { } title && !IsText(title))
        {
            return new JsonFault("title", TextRule);
        }

        if (policy.Rules.IsDefaultOrEmpty || policy.Rules.Length > GatePolicy.MaxRules)
        {
            return new JsonFault("rules", $"must be a list of 1 to {GatePolicy.MaxRules} rules.");
        }

        foreach (var (index, rule) in policy.Rules.Index())
        {
            if (rule is null)
            {
                return new JsonFault($"rules[{index}]", "must be a rule.");
            }

            if (FaultOf(rule) is var (field, problem))
            {
                return new JsonFault($"rules[{index}].{field}", problem);
            }
        }

        return null;
    }

    private static (string Field, string Problem)? FaultOf(GateRule rule)
    {
        foreach (var (field, text) in (ReadOnlySpan<(string, string?)>)
            [("name", rule.Name), ("dataset", rule.Dataset), ("topic", rule.Topic)])
        {
            if (text is not null && !IsText(text))
            {
                return (field, TextRule);
            }
        }

        var measure = EnumNames.Of(rule.Measure);
        var (limit, other) = rule.Measure == GateMeasure.Accuracy ? ("least", "most") : ("most", "least");
        if ((rule.Measure == GateMeasure.Accuracy ? rule.Most : rule.Least) is not null)
        {
            return (other, $"does not apply to {measure}, which takes \"{limit}\".");
        }

        var value = rule.Measure == GateMeasure.Accuracy ? rule.Least : rule.Most;
        if (rule.Measure == GateMeasure.Cost)
        {
            return value is not (>= 0 and <= 1e12) ? (limit, "must be an amount of money, 0 or more.")
                : rule.Dataset is not null || rule.Topic is not null
                    ? (rule.Dataset is not null ? "dataset" : "topic", "does not apply to cost, which is that of the whole run.")
                : null;
        }

        if (rule.Measure == GateMeasure.CalibrationError && (rule.Dataset is not null || rule.Topic is not null))
        {
            return (rule.Dataset is not null ? "dataset" : "topic", "does not apply to calibrationError, which is that of the whole run.");
        }

        return value is >= 0 and <= 1 ? null : (limit, "must be a share from 0 to 1, such as 0.02 for 2 points.");
    }

    private static bool IsText(string text) =>
        !string.IsNullOrWhiteSpace(text) && text.Length <= GatePolicy.MaxText && !text.Any(char.IsControl);

    private static InputException Fault(string source, JsonFault wrong) =>
        new(new FaultLocation(source, Field: wrong.Path.Length == 0 ? null : wrong.Path), wrong.Sentence("The policy"));
}
