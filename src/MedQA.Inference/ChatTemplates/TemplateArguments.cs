using System.Collections.Immutable;

namespace MedQA.Inference.ChatTemplates;

/// <summary>
/// Which arguments a method or filter takes. One that is not known is refused: left out of account it would render another text.
/// </summary>
/// <param name="Most">How many without a name; the names are in their order.</param>
/// <param name="Names">Those that may be given by name.</param>
internal sealed record TemplateParameters(int Most, params string[] Names)
{
    public void Check(string what, TemplateArguments arguments)
    {
        if (arguments.Positional.Length > Most)
        {
            throw new TemplateException($"{what} with {arguments.Positional.Length} unnamed arguments", isUnknown: true);
        }

        foreach (var (name, _) in arguments.Named)
        {
            if (!Names.Contains(name))
            {
                throw new TemplateException($"{what} with the argument {name}", isUnknown: true);
            }
        }
    }
}

/// <summary>The values that a function, method, filter or test is given.</summary>
internal sealed record TemplateArguments(ImmutableArray<object?> Positional, ImmutableArray<(string Name, object? Value)> Named)
{
    /// <summary>Returns a value by place or name, or the default.</summary>
    public object? Get(int place, string name, object? otherwise = null) => Find(place, name, out var value) ? value : otherwise;

    public bool Find(int place, string name, out object? value)
    {
        if (place < Positional.Length)
        {
            value = Positional[place];
            return true;
        }

        foreach (var (given, named) in Named)
        {
            if (given != name)
            {
                continue;
            }

            value = named;
            return true;
        }

        value = null;
        return false;
    }

    /// <summary>Returns a required value.</summary>
    public object? Need(int place, string name) =>
        Find(place, name, out var value) ? value : throw new TemplateException($"a call without its argument {name}");

    public MarkedText NeedText(int place, string name) => TemplateValues.AsText(Need(place, name));
}
