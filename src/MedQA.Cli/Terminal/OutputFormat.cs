namespace MedQA.Cli.Terminal;

/// <summary>How results are written.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>For programs.</summary>
    Json,

    /// <summary>For spreadsheets; of lists and answers.</summary>
    Csv,
}
