namespace MedQA.Evaluation;

/// <summary>Where an error is, as far as it is known.</summary>
/// <param name="Source">The file or other source, as the message begins with it: <c>cases.csv</c>.</param>
/// <param name="Line">The line of that, from 1; <see langword="null"/> if the fault is the whole file's.</param>
/// <param name="Parameter">The option, setting or parameter of a request that gave it, as people write it.</param>
/// <param name="Field">The field of its JSON, such as <c>axes[0].id</c>.</param>
public sealed record FaultLocation(string? Source = null, int? Line = null, string? Parameter = null, string? Field = null);

/// <summary>
/// Something cannot be used, and people can do something about it. The class says whose fault it is: <see cref="InputException"/>, what was
/// given; <see cref="UnusableException"/>, what is stored or installed.
/// </summary>
public abstract class FaultException : Exception
{
    private protected FaultException(FaultLocation? location, string sentence, string? remedy, Exception? inner)
        : base(Place(location) + Explain(sentence, remedy), inner) =>
        (Location, Sentence, Remedy, Explanation) = (
            location ?? new(),
            remedy is null ? sentence : Ended(sentence),
            remedy is null ? null : Ended(remedy),
            Explain(sentence, remedy));

    /// <summary>What is wrong, without the place; it names the parameter or field. Includes what to do, unless that is separate.</summary>
    public string Sentence { get; }

    /// <summary>Where it is; empty if the sentence says it all.</summary>
    public FaultLocation Location { get; }

    /// <summary>What to do, as a separate sentence; or <see langword="null"/>.</summary>
    public string? Remedy { get; }

    /// <summary>What is wrong and what to do, without the place; with it, the message says the same.</summary>
    public string Explanation { get; }

    private static string Place(FaultLocation? location) => location switch
    {
        { Source: { } source, Line: { } line } => $"{source}, line {line}: ",
        { Source: { } source } => $"{source}: ",
        _ => "",
    };

    private static string Explain(string sentence, string? remedy) =>
        remedy is null ? sentence : $"{Ended(sentence)} {Ended(remedy)}";

    private static string Ended(string sentence) => sentence is [.., '.' or '?'] ? sentence : sentence + ".";
}

/// <summary>The user's input cannot be used: a file, a setting, an option, a profile, a rubric, a study, a comparison.</summary>
public class InputException : FaultException
{
    /// <summary>Creates an error whose sentence says what is wrong, where and what to do.</summary>
    /// <param name="sentence">One sentence or several.</param>
    /// <param name="inner">What was caught, if anything.</param>
    public InputException(string sentence, Exception? inner = null)
        : this(new FaultLocation(), sentence, null, inner)
    {
    }

    /// <summary>Creates an error about a file.</summary>
    /// <param name="source">The file's name as people know it.</param>
    /// <param name="sentence">What is wrong and what to do, without the place.</param>
    /// <param name="line">The line, from 1; <see langword="null"/> if the fault is the whole file's.</param>
    /// <param name="inner">What was caught, if anything.</param>
    public InputException(string source, string sentence, int? line = null, Exception? inner = null)
        : this(new FaultLocation(source, line), sentence, null, inner)
    {
    }

    /// <summary>Creates an error with its place and remedy.</summary>
    /// <param name="location">Where.</param>
    /// <param name="sentence">What is wrong; it names the parameter or field at fault.</param>
    /// <param name="remedy">What to do; <see langword="null"/> if the sentence says it.</param>
    /// <param name="inner">What was caught, if anything.</param>
    public InputException(FaultLocation location, string sentence, string? remedy = null, Exception? inner = null)
        : base(location, sentence, remedy, inner)
    {
    }

    /// <summary>Creates an error about an option or a setting.</summary>
    /// <param name="given">The option or setting, as people write it: the sentence begins with it.</param>
    /// <param name="problem">The rest of the sentence: what was given and what is allowed.</param>
    /// <param name="inner">What was caught, if anything.</param>
    public static InputException Of(string given, string problem, Exception? inner = null) =>
        new(new FaultLocation(Parameter: given), $"{given} {problem}", null, inner);

    /// <summary>Creates an error about an option or a setting, with its remedy.</summary>
    /// <param name="given">The option or setting, as people write it: the sentence begins with it.</param>
    /// <param name="problem">The rest of the sentence: what was given and what is allowed.</param>
    /// <param name="remedy">What to do.</param>
    public static InputException Of(string given, string problem, string remedy) =>
        new(new FaultLocation(Parameter: given), $"{given} {problem}", remedy);
}

/// <summary>What is stored or installed cannot be used: a model, a soft prompt, a newer format, the storage emulator.</summary>
public sealed class UnusableException : FaultException
{
    /// <summary>Creates an error whose sentence says what is wrong, where and what to do.</summary>
    /// <param name="sentence">One sentence or several.</param>
    /// <param name="inner">What was caught, if anything.</param>
    public UnusableException(string sentence, Exception? inner = null)
        : base(null, sentence, null, inner)
    {
    }

    /// <summary>Creates an error with its remedy.</summary>
    /// <param name="sentence">What is wrong and where.</param>
    /// <param name="remedy">What to do.</param>
    /// <param name="inner">What was caught, if anything.</param>
    public UnusableException(string sentence, string remedy, Exception? inner = null)
        : base(null, sentence, remedy, inner)
    {
    }

    /// <summary>Creates an error about a file or folder.</summary>
    /// <param name="source">The file or folder.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="remedy">What to do.</param>
    /// <param name="inner">What was caught, if anything.</param>
    public UnusableException(string source, string problem, string remedy, Exception? inner = null)
        : base(new FaultLocation(source), problem, remedy, inner)
    {
    }
}
