Console.Error.WriteLine("medqa: no command is built yet.");
return 1;
