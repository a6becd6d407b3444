namespace MedQA.Datasets;

/// <summary>How to read a question set, and how much of it.</summary>
public sealed record QuestionSetOptions
{
    /// <summary>
    /// The file's name as people know it: named in messages, and where the file does not say it, the source of the data set's name and of
    /// an MMLU subject.
    /// </summary>
    public string FileName { get; init; } = "questions.csv";

    /// <summary>The data set of rows that name none; <see langword="null"/> for the file's name without its extension.</summary>
    public string? Dataset { get; init; }

    /// <summary>How the file names the right option. Settles files for which <see cref="AnswerNotation.Detect"/> is refused.</summary>
    public AnswerNotation AnswerNotation { get; init; } = AnswerNotation.Detect;

    /// <summary>
    /// How many options of a question can be right: <see cref="RightAnswers.Several"/> makes every question one that asks for all right
    /// options, also those with one.
    /// </summary>
    public RightAnswers RightAnswers { get; init; } = RightAnswers.One;

    /// <summary>
    /// Whether last options that only fill a place, as "N/A", "nan" or "-", are missing ones, as blank ones always are. By default they are
    /// options.
    /// </summary>
    public bool DropsFillers { get; init; }

    /// <summary>
    /// Which columns hold which part of a question, where their names do not say it; <see langword="null"/> for the names alone. A map that
    /// does not fit the file refuses it.
    /// </summary>
    public ColumnMap? Map { get; init; }

    /// <summary>How many usable questions are read, from the first on; <see langword="null"/> for all.</summary>
    public int? Limit { get; init; }

    /// <summary>
    /// How many of the usable questions are read, chosen at random, in the order of the file; <see langword="null"/> for all. The choice
    /// follows from the questions themselves: it is the same each time, whatever their order, and a smaller sample is part of a larger one.
    /// </summary>
    public int? Sample { get; init; }

    /// <summary>
    /// Receives, as a sentence, what people should know of how the file is read; a later reading may repeat it.
    /// </summary>
    public Action<string>? Noted { get; init; }

    /// <summary>The largest file, in bytes as stored.</summary>
    public long MaxBytes { get; init; } = 512L << 20;

    /// <summary>The most records, accepted and rejected together.</summary>
    public int MaxRows { get; init; } = 1_000_000;

    /// <summary>The most columns of a table.</summary>
    public int MaxColumns { get; init; } = 256;

    /// <summary>The longest field, in characters (UTF-16 code units). A longer one rejects its row.</summary>
    public int MaxFieldLength { get; init; } = 1_000_000;

    /// <summary>
    /// The longest record, in characters. It bounds the memory of reading; a longer one refuses the file, since where the record ends is
    /// then unknown.
    /// </summary>
    public int MaxRecordLength { get; init; } = 4_000_000;

    /// <summary>The most bytes that a compressed file (a workbook; a row group of a Parquet file) may unpack to.</summary>
    public long MaxUnpackedBytes { get; init; } = 256L << 20;

    /// <summary>
    /// If given, only records with these ids are read, as for the test questions among PubMedQA's; the others are silently skipped.
    /// </summary>
    public IReadOnlySet<string>? OnlyIds { get; init; }

    /// <summary>Returns these options with a caller's settings.</summary>
    public QuestionSetOptions With(SetReading reading) => this with
    {
        AnswerNotation = reading.Notation,
        DropsFillers = reading.DropsFillers,
        Limit = reading.Limit,
        Sample = reading.Sample,
        Map = reading.Map,
        RightAnswers = reading.RightAnswers,
    };

    /// <summary>The data set's name for rows that name none.</summary>
    internal string DefaultDataset => Dataset ?? (Path.GetFileNameWithoutExtension(FileName) is { Length: > 0 } stem ? stem : "questions");

    /// <summary>Returns the setting that is out of range and why, or <see langword="null"/> if all are usable.</summary>
    internal string? Fault() => this switch
    {
        _ when string.IsNullOrWhiteSpace(FileName) => "FileName is blank.",
        _ when Dataset is not null && string.IsNullOrWhiteSpace(Dataset) =>
            "Dataset is blank; leave it out to name the data set after the file.",
        _ when !Enum.IsDefined(AnswerNotation) =>
            $"AnswerNotation is {AnswerNotation}, none of {string.Join(", ", Enum.GetNames<AnswerNotation>())}.",
        _ when !Enum.IsDefined(RightAnswers) =>
            $"RightAnswers is {RightAnswers}, none of {string.Join(", ", Enum.GetNames<RightAnswers>())}.",
        { Limit: <= 0 } => $"Limit is {Limit}; it must be positive.",
        { Sample: <= 0 } => $"Sample is {Sample}; it must be positive.",
        { Limit: not null, Sample: not null } => "Limit and Sample are both given; use one of them.",
        { MaxBytes: <= 0 } => $"MaxBytes is {MaxBytes}; it must be positive.",
        { MaxUnpackedBytes: <= 0 } => $"MaxUnpackedBytes is {MaxUnpackedBytes}; it must be positive.",
        { MaxRows: <= 0 } => $"MaxRows is {MaxRows}; it must be positive.",
        { MaxColumns: <= 0 } => $"MaxColumns is {MaxColumns}; it must be positive.",
        { MaxFieldLength: <= 0 } => $"MaxFieldLength is {MaxFieldLength}; it must be positive.",
        { MaxRecordLength: < 1024 or > 1 << 28 } => $"MaxRecordLength is {MaxRecordLength}; it must be 1,024 to {1 << 28:N0}.",
        _ => null,
    };
}
