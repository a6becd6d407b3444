namespace MedQA.Inference.ChatTemplates;

/// <summary>Jinja's tests: what follows <c>is</c>.</summary>
internal static class TemplateTests
{
    public static bool Apply(string name, object? value, TemplateArguments arguments) => name switch
    {
        "defined" => value is not UndefinedValue,
        "undefined" => value is UndefinedValue,
        "none" => value is null,
        "true" => value is true,
        "false" => value is false,
        "boolean" => value is bool,
        "string" => value is MarkedText,
        "number" => value is long or double or bool,
        "integer" => value is long,
        "float" => value is double,
        "mapping" => value is TemplateMap { IsNamespace: false },
        "sequence" => value is MarkedText or List<object?> or TemplateMap { IsNamespace: false } or UndefinedValue,
        "iterable" => value is MarkedText or List<object?> or TemplateMap { IsNamespace: false } or UndefinedValue,
        "callable" => value is TemplateMacro or TemplateFunction,
        "odd" => Modulo(TemplateValues.Integer(value), 2) == 1,
        "even" => Modulo(TemplateValues.Integer(value), 2) == 0,
        "divisibleby" => TemplateValues.Integer(arguments.Need(0, "num")) is not 0 and var divisor
            ? Modulo(TemplateValues.Integer(value), divisor) == 0
            : throw new TemplateException("a division by zero"),
        "eq" or "equalto" => TemplateValues.Equals(value, arguments.Need(0, "other")),
        "ne" => !TemplateValues.Equals(value, arguments.Need(0, "other")),
        "lt" or "lessthan" => TemplateValues.Compare(value, arguments.Need(0, "other")) < 0,
        "le" => TemplateValues.Compare(value, arguments.Need(0, "other")) <= 0,
        "gt" or "greaterthan" => TemplateValues.Compare(value, arguments.Need(0, "other")) > 0,
        "ge" => TemplateValues.Compare(value, arguments.Need(0, "other")) >= 0,
        "in" => TemplateOperators.Contains(arguments.Need(0, "seq"), value),
        "sameas" =>
            value is null
                ? arguments.Need(0, "other") is null
                : value is bool or long
                ? Equals(value, arguments.Need(0, "other"))
                : ReferenceEquals(value, arguments.Need(0, "other")),
        "lower" => TemplateValues.Text(value).Text is var text && text.Any(char.IsLower) && !text.Any(char.IsUpper),
        "upper" => TemplateValues.Text(value).Text is var text && text.Any(char.IsUpper) && !text.Any(char.IsLower),
        _ => throw new TemplateException($"the test {name}", isUnknown: true),
    };

    private static long Modulo(long value, long divisor) => divisor == -1 ? 0 : (value % divisor + divisor) % divisor;
}
